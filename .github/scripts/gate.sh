#!/usr/bin/env bash
# The gate: the first step of cycle.yml. It says, before anything is installed, whether a cycle is worth starting.
# Reads   EVENT_NAME, EVENT_ACTION, EVENT_LABEL (github.event_name, .event.action, .event.label.name), STEWARD_PAUSED;
#         of the checkout it stands in: directives/*.md, ledger/state.json, and the folders that HEAD holds.
# Prints  its decision and why, on one line. Writes run=true|false and reason=... to $GITHUB_OUTPUT, and the line to
#         $GITHUB_STEP_SUMMARY when nothing is to run. Fails only where there is no commit to look at.
# In doubt it lets the cycle run: one that finds nothing to do costs a minute, an event that is not seen is lost.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=.github/scripts/facts.sh
source "$here/facts.sh"

run=false reason='' on='' enabled=true
let_in() { run=true reason=$1; }
turn_away() { run=false reason=$1; }

decide() {
  case ${EVENT_NAME:-} in
    workflow_dispatch | repository_dispatch) let_in "asked for by $EVENT_NAME" ;;
    nightly) let_in 'it comes every night' ;; # of consolidate.yml, which only a pause holds
    issues) decide_on_issue ;;
    workflow_run) decide_on_listeners ci-failed ;;
    pull_request) decide_on_merge ;;
    *) decide_on_ledger ;;
  esac
}

# A merged repair, or any other change of what the agent runs by, is looked at at once.
decide_on_merge() {
  local changed
  decide_on_listeners merge
  [[ $run == false ]] || return 0
  read_state
  ((${#state[@]} > 0)) || return 0
  changed=$(changed_folder)
  [[ -z $changed ]] || let_in "$changed has changed"
}

decide_on_issue() {
  case ${EVENT_ACTION:-}:${EVENT_LABEL:-} in
    labeled:steward:task | labeled:steward:approved) let_in "an issue was labeled $EVENT_LABEL" ;;
    opened:*) decide_on_listeners issue ;;
    reopened:*) decide_on_listeners issue task ;;
    *) turn_away 'what happened to the issue asks for nothing' ;;
  esac
}

# decide_on_listeners EVENT...: it runs when an enabled directive lists one of them under `on:`.
decide_on_listeners() {
  local file event
  for file in directives/*.md; do
    [[ -f $file && $file != directives/README.md ]] || continue
    read_front_matter "$file"
    for event in "$@"; do
      [[ $enabled == false || " $on " != *" $event "* ]] || { let_in "a directive listens for $event" && return; }
    done
  done
  turn_away "no directive listens for $*"
}

# read_front_matter FILE: sets `on` to what is listed there, in brackets or one item a line, and `enabled`.
read_front_matter() {
  local each key='' lines=()
  on='' enabled=true
  mapfile -t lines <"$1"
  [[ ${lines[0]-} =~ ^($'\xef\xbb\xbf')?---[[:space:]]*(yaml)?[[:space:]]*$ ]] || return 0
  for each in "${lines[@]:1}"; do
    [[ ! $each =~ ^---[[:space:]]*$ ]] || return 0
    each=${each%%#*}
    if [[ $each =~ ^[[:space:]]*[\"\']?([A-Za-z_-]+)[\"\']?[[:space:]]*:(.*)$ ]]; then
      key=${BASH_REMATCH[1]} each=${BASH_REMATCH[2]}
    fi
    [[ $key != on ]] || on+=" ${each//[][,\"\'[:space:]]/ }"
    [[ $key != enabled || ! $each =~ ^[[:space:]]*(false|False|FALSE)[[:space:]]*$ ]] || enabled=false
  done
  on='' # The front matter has no end: there is no such directive.
}

decide_on_ledger() {
  local now changed
  git rev-parse --quiet --verify HEAD >/dev/null || { echo '::error::gate: there is no commit here' && exit 1; }
  now=$(date +%s)
  read_state
  read_next_wake "$now"
  state_value ' ' open_intents
  changed=$(changed_folder)
  to_iso "${next_wake:-0}"
  if ((${#state[@]} == 0)); then let_in 'the ledger has no folded state'
  elif [[ -z $next_wake ]]; then let_in 'the ledger does not say when to wake'
  elif ((next_wake <= now)); then let_in "the next wake, $iso, has come"
  elif [[ $value != '[]' ]]; then let_in 'an intent is open'
  elif [[ -n $changed ]]; then let_in "$changed has changed"
  else turn_away "nothing is due before $iso"; fi
}

# Prints the first folder that is not as the last recorded cycle saw it.
changed_folder() {
  local name
  for name in directives execution .github; do
    state_value '  ' "${name#.}"
    [[ $value == "$(tree_id "$name")" ]] || { echo "$name" && return; }
  done
}

# tree_id FOLDER: prints what HEAD has there, or zeros, as src/adapters/git-repo.ts does.
tree_id() {
  git rev-parse --quiet --verify "HEAD:$1" || printf '%040d\n' 0
}

read_pause
if [[ -n $paused ]]; then turn_away "$paused"; else decide; fi
one_line "$reason"
[[ -z ${GITHUB_OUTPUT:-} ]] || printf 'run=%s\nreason=%s\n' "$run" "$line" >>"$GITHUB_OUTPUT"
[[ $run == true ]] && verdict='a cycle runs' || verdict='no cycle runs'
echo "gate: $verdict: $line"
[[ $run == true || -z ${GITHUB_STEP_SUMMARY:-} ]] || echo "No cycle ran: $line" >>"$GITHUB_STEP_SUMMARY"
