#!/usr/bin/env bash
# Sourced by gate.sh and watchdog.sh: whether Steward is paused, and what the ledger of the checkout they stand in says.
# A function that finds something out sets the variables that it names. Builtins only: a test asks it thousands of times.
# shellcheck disable=SC2034  # what is set here is read there

export LC_ALL=C TZ=UTC
readonly HOUR=3600 DAY=86400

# one_line TEXT: sets `line` to the text on one line, short, and with nothing that the runner takes for a command.
one_line() {
  line=${1//[[:cntrl:]]/ }
  line=${line//\[/(}
  ((${#line} <= 200)) || line="${line:0:200} and so on"
}

# read_pause: sets `paused` to why nothing may run, or to nothing. The rules of `pausedInActions` in src/compose.ts.
read_pause() {
  paused=''
  if [[ -z ${STEWARD_PAUSED+there} ]]; then
    paused='paused: the workflow does not pass STEWARD_PAUSED, so the switch could not be seen'
  elif [[ -n $STEWARD_PAUSED && $STEWARD_PAUSED != false ]]; then
    paused="paused: $STEWARD_PAUSED"
  fi
}

# to_epoch TIME: sets `epoch`; fails when the text is no ISO time.
to_epoch() {
  [[ $1 =~ ^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$ ]] ||
    return 1
  local -i year="10#${BASH_REMATCH[1]}" month="10#${BASH_REMATCH[2]}" day="10#${BASH_REMATCH[3]}"
  local -i clock="10#${BASH_REMATCH[4]} * HOUR + 10#${BASH_REMATCH[5]} * 60 + 10#${BASH_REMATCH[6]}" offset=0
  local zone=${BASH_REMATCH[8]}
  [[ $zone == Z ]] || offset="${zone:0:1}(10#${zone:1:2} * HOUR + 10#${zone:4:2} * 60)"
  # Years that begin in March have their leap day last.
  ((month > 2)) || { month+=12 && year+=-1; }
  epoch=$(((365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + day - 719469) * DAY))
  epoch=$((epoch + clock - offset))
}

# to_iso EPOCH: sets `iso`.
to_iso() { printf -v iso '%(%Y-%m-%dT%H:%M:%SZ)T' "$1"; }

# read_state: sets `state` to the lines of ledger/state.json, one field in each; to none when there is no such file.
read_state() {
  state=()
  [[ ! -r ledger/state.json ]] || mapfile -t state <ledger/state.json
}

# state_value INDENT NAME: sets `value` to a field's text, to [] for an empty list, to nothing for all else: no such
# field, another kind of value, or two fields of the name, as a merge conflict leaves them.
state_value() {
  local each pattern="^$1\"$2\": (\"[^\"]*\"|\[\]),?"$'\r?$'
  value=''
  for each in "${state[@]}"; do
    [[ $each =~ $pattern ]] || continue
    [[ -z $value ]] || { value='' && return; }
    value=${BASH_REMATCH[1]//\"/}
  done
}

# read_next_wake NOW: sets `next_wake`, an epoch; nothing when the state does not say, or names a time so far ahead that it
# comes from a wrong clock: a cycle plans the next one within a day.
read_next_wake() {
  state_value ' ' next_wake
  next_wake=''
  if to_epoch "$value" && ((epoch < $1 + 2 * DAY)); then next_wake=$epoch; fi
}

# read_entry LINE: sets `at`, `trigger` and `wake` of an entry; fails on any other line. Before the first nested object
# and after the last one stands nothing that an input could forge.
read_entry() {
  [[ $1 =~ ^\{[^{]*\"kind\":\"entry\"[^{]*\"timestamp\":\"([^\"]+)\"[^{]*\"trigger\":\"([^\"]+)\".*\"next_wake\":\"([^\"]+)\" ]] ||
    return 1
  trigger=${BASH_REMATCH[2]}
  local wakes=${BASH_REMATCH[3]}
  to_epoch "${BASH_REMATCH[1]}" && at=$epoch && to_epoch "$wakes" && wake=$epoch
}

# Of the delays the newest few, from no more than a month of day files.
readonly SAMPLES=20 DAYS_READ=31

# read_entries: sets `last_entry` and `last_wake`, epochs or nothing, and `delays`: how many seconds after the wake before
# them the newest scheduled cycles were recorded.
read_entries() {
  local lines later='' file row
  local -a files=(ledger/[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9].jsonl)
  last_entry='' last_wake='' delays=()
  for ((file = ${#files[@]} - 1; file >= 0 && file >= ${#files[@]} - DAYS_READ; file--)); do
    [[ -r ${files[file]} ]] || continue
    mapfile -t lines <"${files[file]}"
    for ((row = ${#lines[@]} - 1; row >= 0; row--)); do
      read_entry "${lines[row]}" || continue
      [[ -z $later ]] || delays+=($((later > wake ? later - wake : 0)))
      ((${#delays[@]} < SAMPLES)) || return 0
      [[ -n $last_entry ]] || last_entry=$at last_wake=$wake
      [[ $trigger == schedule ]] && later=$at || later=''
    done
  done
}

# median NUMBER...: sets `middle`; 0 of none.
median() {
  local -a sorted=()
  local number place
  for number in "$@"; do
    for ((place = ${#sorted[@]}; place > 0 && sorted[place - 1] > number; place--)); do
      sorted[place]=${sorted[place - 1]}
    done
    sorted[place]=$number
  done
  middle=$(($# > 0 ? (sorted[($# - 1) / 2] + sorted[$# / 2]) / 2 : 0))
}
