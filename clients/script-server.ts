/** etcdctl on leases, locks, elections, snapshots, alarms and the member itself. One member. */

export const SERVER_SCRIPT: string = String.raw`
# lease
lease grant 600 => LEASE1
lease grant 600 -w json => LEASE2
lease list
lease list -w json
lease list -w fields
lease list -w table
lease grant 600 -w fields => LEASE6
lease grant 600 -w table
lease grant 1 => LEASE3
lease grant 0 => LEASE4
lease grant -- -5 => LEASE5
lease grant 9000000001
lease grant x
lease grant
put l/1 1 --lease=$LEASE1
put l/2 2 --lease=$LEASE1
put l/3 3 --lease=$LEASE2
put l/4 4
get l/ --prefix -w json
get l/1 -w fields
get l/1 -w protobuf
get l/ --prefix --keys-only -w json
put l/1 5 --ignore-lease --prev-kv -w json
put l/1 --ignore-value --lease=$LEASE2 --prev-kv -w json
put l/4 --ignore-value --lease=$LEASE2
~ttl lease timetolive $LEASE1
~ttl,order lease timetolive $LEASE1 --keys
~ttl,order lease timetolive $LEASE2 --keys
~ttl,order lease timetolive $LEASE2 --keys -w json
~ttl lease timetolive $LEASE1 -w json
~ttl lease timetolive $LEASE1 -w fields
lease timetolive 123456
lease timetolive 123456 -w json
lease timetolive 123456 --keys
lease timetolive zz
lease timetolive
lease keep-alive $LEASE1 --once
lease keep-alive $LEASE1 --once -w json
lease keep-alive $LEASE1 --once -w fields
lease keep-alive 123456 --once
lease keep-alive 123456
lease keep-alive zz --once
bg KEEP lease keep-alive $LEASE2
until KEEP 'keepalived with TTL(600)\n' 1
stop KEEP
lease revoke $LEASE1
lease revoke $LEASE1
lease revoke $LEASE2 -w json
lease revoke zz
lease revoke
get l/ --prefix
del l --prefix

# lock and elect
lock mutex sh -c 'echo locked by $ETCD_LOCK_KEY | sed s,/.*,,; exit 7'
lock mutex true
lock mutex sh -c 'exit 0' --ttl=5
lock mutex no-such-program
lock
bg LOCK lock held --ttl=20
until LOCK 'held/' 1
get held --prefix --count-only -w fields
bg NEXT lock held --ttl=20
lock held true --ttl=x
bg ELECT elect race first
until ELECT 'first\n' 1
get race --prefix --print-value-only
bg LISTEN elect -l race
until LISTEN 'first\n' 1
bg SECOND elect race second
~session stop LOCK
until NEXT 'held/' 1
~session stop NEXT
get held --prefix --keys-only
~session stop ELECT
until LISTEN 'second\n' 1
until SECOND 'second\n' 1
~session stop SECOND
~session stop LISTEN
elect
elect race
elect -l race proposal

# leases expire
lease grant 4 => LEASE7
put expired 1 --lease=$LEASE7
bg GONE watch expired --rev=1
until GONE 'expired\n\n' 1
stop GONE
get expired

# user names without authentication
auth status
user list
role list

# server
~took endpoint health
~took endpoint health -w json
~took,table endpoint health -w table
~took endpoint health -w fields
endpoint health --endpoints=
~took endpoint health --endpoints=127.0.0.1:1 --command-timeout=1s --dial-timeout=1s
~size,raft endpoint status
~size,raft endpoint status -w json
~size,raft endpoint status -w fields
~size,raft,table endpoint status -w table
endpoint status -w protobuf
~hash endpoint hashkv -w json
endpoint nothing
alarm list
alarm list -w json
alarm list -w fields
alarm list -w table
alarm disarm
alarm disarm -w json
~took defrag
~took defrag --endpoints=127.0.0.1:1 --command-timeout=1s --dial-timeout=1s
member list
member list -w json
member list -w fields
~table member list -w table
member list -w protobuf
member list --consistency=s
member list --consistency=x
member list --hex -w json
move-leader $M1
move-leader 1234
move-leader
move-leader zz
downgrade cancel
downgrade validate 3.4
downgrade validate 3.3
downgrade validate x
check perf --load=nothing
make-mirror
nonsense

# large requests and errors of the client
get a --endpoints=127.0.0.1:1 --dial-timeout=100ms --command-timeout=500ms -w nothing

# snapshot
put s/1 1
put s/2 2
~size snapshot save $DIR/copy.db
~size snapshot save
~size snapshot save $DIR/no/such/folder/copy.db
~size,hash etcdutl snapshot status $DIR/copy.db
~size,hash etcdutl snapshot status $DIR/copy.db -w json
~size,hash etcdutl snapshot status $DIR/copy.db -w fields
~size,hash,table etcdutl snapshot status $DIR/copy.db -w table
etcdutl snapshot restore $DIR/copy.db --data-dir=$DIR/restored
etcdutl snapshot status $DIR/nothing.db
http NAMES /metrics
`;
