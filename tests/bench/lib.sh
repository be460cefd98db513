# Shared by the comparison scripts: one Kvorum node or cluster and one redis-server, side by side on loopback.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
pids=()

cleanup() {
    ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$0 needs $tool on the PATH (Debian: apt-get install redis)" >&2; exit 2; }
    done
}

# wait_for PORT: until somebody answers PING there.
wait_for() {
    for _ in $(seq 300); do
        [[ $(redis-cli -p "$1" ping 2>/dev/null) == PONG ]] && return
        sleep 0.1
    done
    echo "nothing answers on port $1; see $work" >&2
    exit 1
}

# start_redis PORT: a redis-server without persistence. Its pid is left in $redis_pid.
start_redis() {
    redis-server --port "$1" --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
    redis_pid=$!
    pids+=("$redis_pid")
    wait_for "$1"
}

# start_node NAME PORT [--set key=value ...]: one Kvorum node with the memory engine. Its pid is left in $node_pid.
start_node() {
    local name=$1 port=$2
    shift 2
    "$root/tools/bin/kvorum" node --config "$root/conf/kvorum.yaml" --set node.name="$name" --set port="$port" \
        --set data-dir="$work/$name" "$@" >"$work/$name.log" 2>&1 &
    node_pid=$!
    pids+=("$node_pid")
}

# cpu_ticks PID: user + system time of the process so far, in clock ticks, from process accounting.
cpu_ticks() {
    local stat
    stat=$(<"/proc/$1/stat")
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo $((${12} + ${13}))
}

# median: of the numbers on standard input, one a line.
median() {
    sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}
