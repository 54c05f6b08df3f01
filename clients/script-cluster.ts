/** etcdctl on a cluster: members, learners, who leads. Three members, the first of which is made the leader. */

export const CLUSTER_SCRIPT: string = `
system lead m1
~members member list
~table,members member list -w table
put a 1 --endpoints=$EPS
get a --endpoints=$EP2
get a --endpoints=$EP3 --consistency=s -w fields
get a --endpoints=$EP2 -w json
~took,members endpoint health --endpoints=$EPS
~took,members endpoint health --cluster
~took,table,members endpoint health --cluster -w table
~size,raft,members endpoint status --cluster
~size,raft,table,members endpoint status --endpoints=$EPS -w table
~members endpoint hashkv --cluster
~took,members defrag --cluster
lease grant 600 --endpoints=$EP2 => LEASE1
put b 1 --lease=$LEASE1 --endpoints=$EP3
~ttl lease timetolive $LEASE1 --keys --endpoints=$EP2
lease keep-alive $LEASE1 --once --endpoints=$EP3
lease revoke $LEASE1 --endpoints=$EP2
get b --endpoints=$EP3
revision W
bg WATCH watch c --rev=$W --endpoints=$EP2
put c 1 --endpoints=$EP3
until WATCH c 1
stop WATCH

# leadership
move-leader $M2 --endpoints=$EPS
move-leader $M1 --endpoints=$EP1
move-leader $M3 --endpoints=$EP2
move-leader $M1 --endpoints=$EPS
move-leader 1234 --endpoints=$EPS
move-leader $M2 --endpoints=$EP1
system lead m1

# members that never start
member add m9
member add m9 --peer-urls=nonsense
member add m9 --peer-urls=http://127.0.0.1
retry "unhealthy cluster" member add m9 --peer-urls=$PEER1
~members retry "unhealthy cluster" member add m9 --peer-urls=http://127.0.0.1:9 --learner => MEMBER9
~members member list
member add m8 --peer-urls=http://127.0.0.1:8 --learner
member promote $MEMBER9
member promote $M1
member promote 1234
member promote zz
member update $MEMBER9 --peer-urls=http://127.0.0.1:10
member update $MEMBER9 --peer-urls=$PEER1
member update $MEMBER9
member update 1234 --peer-urls=http://127.0.0.1:11
member update zz --peer-urls=http://127.0.0.1:11
member remove $MEMBER9
member remove $MEMBER9
member remove 1234
member remove zz
member remove
~members member list
~members retry "unhealthy cluster" member add m7 --peer-urls=http://127.0.0.1:7 => MEMBER7
~members member add m6 --peer-urls=http://127.0.0.1:6 => MEMBER6
member add m5 --peer-urls=http://127.0.0.1:5
~members member list
member remove $MEMBER7
member remove $MEMBER6
~members member list -w fields

# a learner that starts, and becomes a voter
system reserve
~members member add m4 --peer-urls=$PEER4 --learner => MEMBER4
system start m4
get a --endpoints=$EP4 --consistency=s
get a --endpoints=$EP4
put a 2 --endpoints=$EP4
~size,raft endpoint status --endpoints=$EP4
move-leader $MEMBER4
~members member list
retry "in sync with leader" member promote $MEMBER4
retry "learner" put a 3 --endpoints=$EP4
member promote $MEMBER4
~members member list
get a --endpoints=$EP4 -w fields
move-leader $MEMBER4
move-leader $M1 --endpoints=$EP4
system leaving m4
member remove $MEMBER4
system ends m4
~members member list
`;
