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

# to_epoch TIME: sets `epoch`; fails when the text is no ISO time. Patterns are quicker here than a regular expression.
to_epoch() {
  [[ $1 == [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]* ]] || return 1
  local -i year="10#${1:0:4}" month="10#${1:5:2}" days seconds offset=0
  local zone=${1:19}
  # The fraction of a second goes.
  [[ $zone != .[0-9]* ]] || zone=${zone#"${zone%%[Z+-]*}"}
  case $zone in
    Z) ;;
    [+-][0-9][0-9]:[0-9][0-9]) offset="${zone:0:1}(10#${zone:1:2} * HOUR + 10#${zone:4:2} * 60)" ;;
    *) return 1 ;;
  esac
  # Years that begin in March have their leap day last.
  ((month > 2)) || { month+=12 && year+=-1; }
  days="365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + 10#${1:8:2} - 719469"
  seconds="10#${1:11:2} * HOUR + 10#${1:14:2} * 60 + 10#${1:17:2}"
  epoch=$((days * DAY + seconds - offset))
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
  local each
  value=''
  for each in "${state[@]}"; do
    [[ $each == "$1\"$2\": "* && ${each#"$1\"$2\": "} =~ ^(\"[^\"]*\"|\[\]),?$'\r'?$ ]] || continue
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

# read_entry LINE: sets `at`, `trigger` and `wake` of an entry; fails on any other line. Its own fields are the first of
# their name, the wake the last: what inputs may hold stands between them, and in texts quotes are escaped.
read_entry() {
  [[ ${1:0:40} == *'"kind":"entry"'* && $1 == *'"next_wake":"'* ]] || return 1
  local before=${1%'"next_wake":"'*} rest=${1#*'"timestamp":"'}
  to_epoch "${rest%%\"*}" && at=$epoch || return 1
  rest=${rest#*'"trigger":"'}
  trigger=${rest%%\"*}
  rest=${1:${#before}+13}
  to_epoch "${rest%%\"*}" && wake=$epoch
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
