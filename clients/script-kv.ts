/** etcdctl on keys: put, get, del, txn, watch, compaction, and the outputs that contain no lease. One member. */

export const KV_SCRIPT: string = String.raw`
version
http GET /version
http GET /health
http GET /health?serializable=true
http GET /livez
http GET /readyz
http GET /nothing-here
endpoint hashkv
endpoint hashkv -w json
endpoint hashkv -w fields
~table endpoint hashkv -w table
compaction 0
compaction 0
compaction 5

# put
put a 1
put a 2 --prev-kv
put a 3 --prev-kv -w json
put a 4 --prev-kv -w fields
put a 5 --prev-kv -w protobuf
put a 6 -w table
put b 1 --prev-kv
put b/1 x
put b/2 y
put b/3 'a value with spaces'
put c < 'from standard input\nsecond line\n'
put c "" --prev-kv
put d --ignore-value
put d v --ignore-value
put a --ignore-value --prev-kv
put a 7 --ignore-lease --prev-kv
put zz 1 --ignore-lease
put a 8 --lease=1234
put a 8 --lease=zz
put a 8 --ignore-lease --lease=1234
put '' x
put
put a b c
put a 1 --no-such-flag
put "tab\tkey" "value \"quoted\" \\ back"
put "\u00e9t\u00e9" "\u4e16\u754c"
put --hex a 9 --prev-kv
put a 10 --command-timeout=3s

# get
get a
get a -w json
get a -w fields
get a -w protobuf
get a -w simple
get a -w table
get a -w nonsense
get a --hex
get a --hex -w json
get a --hex -w fields
get missing
get missing -w json
get missing -w fields
get ''
get '' --prefix
get '' --from-key
get '' --prefix -w json
get '' --from-key --limit=2 -w json
get b --prefix
get b --prefix -w json
get b --prefix -w fields
get b --prefix -w protobuf
get b --prefix --keys-only
get b --prefix --keys-only -w json
get b --prefix --count-only
get b --prefix --count-only -w fields
get b --prefix --count-only -w json
get b --prefix --keys-only --count-only -w fields
get b --prefix --print-value-only
get b --prefix --print-value-only -w json
get b --from-key
get b --from-key --prefix
get b --from-key --limit=1
get b b/3
get b b/3 -w json
get b/3 b
get a c --prefix
get b --prefix --limit=2
get b --prefix --limit=2 -w json
get b --prefix --limit=-1
get b --prefix --limit=100
get '' --prefix --order=ASCEND
get '' --prefix --order=DESCEND
get '' --prefix --order=DESCEND --limit=2 -w json
get '' --prefix --order=sideways
get '' --prefix --sort-by=CREATE --order=DESCEND --keys-only
get '' --prefix --sort-by=MODIFY --order=DESCEND --keys-only
get '' --prefix --sort-by=MODIFY --limit=3 --keys-only
get '' --prefix --sort-by=KEY --order=DESCEND --keys-only
get '' --prefix --sort-by=VALUE --order=ASCEND --keys-only
get b/ --prefix --sort-by=VALUE --order=DESCEND
get '' --prefix --sort-by=nothing
get a --rev=2
get a --rev=3 -w json
get a --rev=1
get a --rev=-1
get a --rev=1000000
get '' --prefix --rev=5 -w json
get a --consistency=l
get a --consistency=s
get a --consistency=x
get '' --prefix --min-mod-rev=5 --keys-only
get a b c d
get
get a --limit=x

# del
put e/1 1
put e/2 2
put e/3 3
put e/4 4
del e/1
del e/1
del e/1 -w json
del e/2 --prev-kv
del e/2 --prev-kv
del e/3 e/4 --range --prev-kv -w json
del e/ --prefix -w fields
put f 1
put g 2
put h 3
del f h --range
del h f --range
put y1 1
put y2 2
del y1 --from-key --prev-kv
put y3 3
del y3 --from-key --prefix
del y3 -w protobuf --prev-kv
del ''
del
del '' --prefix --prev-kv -w simple

# txn
put t 1
put u 1
txn < 'mod("t") > "0"\n\nput t 2\nget t\n\nput t 3\n\n'
txn < 'mod("t") < "0"\n\nput t 4\n\nget t\ndel u\n\n'
txn -w json < 'value("t") = "2"\n\nget t\nput u 9 --prev-kv\ndel u --prev-kv\n\n\n'
txn -w fields < 'val("t") != "2"\n\nget t\n\nget t\nget u\n\n'
txn -w protobuf < 'version("t") > "1"\n\nget t\nput v 1\n\n\n'
txn -w table < '\n\nget t\n\n\n'
txn < 'create("t") = "0"\n\nput x 1\n\nput x 2\n\n'
txn < 'c("nothing") = "0"\nver("nothing") = "0"\nm("nothing") = "0"\nval("t") > "1"\n\nput x 3\nget x\n\n\n'
txn < '\nget t --prefix --limit=1\nget --from-key t --keys-only\n\n\n'
txn < '\nput s/1 1\nput s/2 2\nput s/3 3\n\n\n'
txn < '\nget s/ --prefix\ndel s/ --prefix\nget s/ --prefix --count-only\n\n\n'
txn < '\nput same 1\nput same 2\n\n\n'
txn < '\nput in 1\ndel i j\n\n\n'
txn < '\nget t --rev=1000000\n\n\n'
txn < '\nput t 5 --lease=1234\n\n\n'
txn < '\nput nothing-there --ignore-value\n\n\n'
txn < 'bad("t") = "0"\n\n\n\n'
txn < 'mod("t") = "x"\n\n\n\n'
txn < 'mod(t) = 1\n\n\n\n'
txn < '\nnonsense t\n\n\n'
txn < '\nput\n\n\n'
txn < '\n\n\n'
txn --interactive < 'mod("t") > "0"\n\nput t 6\n\nget t\n\n'
txn extra < '\n\n\n'
put quoted "it's"
txn < '\nput "two words" "a \\"quoted\\" value"\nget "two words"\n\n\n'

# watch
revision FROM
put w/1 1
put w/1 2
put w/2 1
del w/1
txn < '\nput w/3 1\nput w/4 2\ndel w/2\n\n\n'
bg W watch w/ --prefix --rev=$FROM
bg V watch w/ --prefix --rev=$FROM --prev-kv
bg J watch w/ --prefix --rev=$FROM --prev-kv -w json
bg F watch w/ --prefix --rev=$FROM -w fields
bg X watch w/1 --rev=$FROM --hex
bg R watch w/2 w/4 --rev=$FROM
bg K watch w/ --prefix --rev=$FROM -- sh -c 'echo "$ETCD_WATCH_REVISION $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE"'
bg I watch w/4 --rev=$FROM --progress-notify
until W w/4 1
# what comes from history bears the revision of the moment: let all of it come before there is another
until J dy80 1
until F w/4 1
until V w/4 1
until K '"w/2" ""' 1
until R w/3 1
until I w/4 1
until X 'DELETE' 1
put w/5 last
put w/2 last
put w/1 last
put w/4 last
until W 'last\n' 4
until V 'last\n' 4
until J 'bGFzdA==' 4
until J '}\n' 5
until F '"last"' 4
until X '\x6c\x61\x73\x74\n' 1
until R 'last\n' 1
until K 'last\n' 4
until I 'last\n' 1
stop W
stop V
stop J
stop F
stop X
stop R
~lines stop K
stop I
watch
watch a b c d
watch w/1 --rev=-1
watch w/3 w/1
watch a --no-such

# interactive watch: the stream ends with the input
revision NOW
put wi 1
bg WI watch wi --rev=$NOW
until WI 'wi\n1\n' 1
stop WI

# compaction
revision C
put k 1
put k 2
put k 3
compaction $C
compaction $C
compaction 1
compaction 1000000
compaction -- -5
compaction x
compaction
get k --rev=1
get k --rev=$C
watch k --rev=1
watch k --rev=1 -w json
put k 4
revision D
put k 5
compaction $D --physical
compaction $D -w json
get k -w json
endpoint hashkv -w json
endpoint hashkv --rev=$D -w json
endpoint hashkv --rev=1
endpoint hashkv --rev=1000000
`;
