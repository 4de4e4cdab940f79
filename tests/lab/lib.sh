# What the lab's commands share.  Sourced by bash; sets $here and $lab.

umask 022       # or servers, which are root no longer, cannot read what is made for them
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
lab=${LAB_DIR:-$here/../../build/lab}

cannot() {      # 77 is "skipped" for automake, Meson and our Makefile
    echo "lab: cannot run here: $*" >&2
    exit 77
}

die() {
    echo "lab: $*" >&2
    exit 1
}

as_root() {     # ARGUMENTS of the command, which begins again as root
    [ "$(id -u)" = 0 ] || exec "$here/as-root" "$0" "$@"
}

# The file holds the init's process id and its start time: a number alone may be another process by now.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    set -- ${stat##*) }
    echo "${20}"
}

init_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$lab/pid" || return 1
    [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

in_lab() {      # PID COMMAND...: the command, in the lab's namespaces
    local pid=$1
    shift
    nsenter -t "$pid" -m -u -i -n -p -r -w -- "$@"
}

fingerprint() { # of everything that a running lab was made from, and of the week, so that no signature gets old
    { date +%G-%V; cat "$here"/[!c]*.py "$here"/certs.py "$here"/*.c "$here"/*.sh "$here"/inside "$here"/fetch "$here"/servers "$here"/tools; } | sha256sum | cut -d' ' -f1
}
