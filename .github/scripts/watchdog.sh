#!/usr/bin/env bash
# The watchdog: every two hours watchdog.yml asks whether cycles still come. No Node, no model, nothing to install.
# Reads   GITHUB_REPOSITORY, GH_TOKEN, GITHUB_API_URL, GITHUB_SERVER_URL, STEWARD_BRANCH, STEWARD_PAUSED; ledger/ and git log
#         of the checkout it stands in; the time from `date`. Asks github.com by `gh` where there is one, else by `curl`.
# Does    1. Paused: nothing. 2. Switches on again what GitHub switched off. 3. Cycles come: closes its issue, if there is
#         one. 4. They do not: starts one by hand, twice; then says so in one issue, and goes on starting them.
# Prints  a line for each thing that it finds or does. Fails when GitHub keeps it from its duty: a red run is a sign too.
set -euo pipefail
# shellcheck source=.github/scripts/facts.sh
source "$(dirname "${BASH_SOURCE[0]}")/facts.sh"

# A cycle may be late by three times the usual delay, at least and at most by so much.
readonly LEAST_MARGIN=$((2 * HOUR)) MOST_MARGIN=$((26 * HOUR))
readonly TRIES_BEFORE_ISSUE=2 STARTS_A_DAY=12
# GitHub switches schedules off after 60 days in which nobody did anything.
readonly QUIET=$((45 * DAY)) AGENT_MAIL='steward[bot]@users.noreply.github.com'

say() { one_line "$1" && echo "watchdog: $line"; }
complain() { one_line "$1" && echo "::error::watchdog: $line" && failed=1; }

# judge NOW BORN: sets `due`, by when a cycle should have been recorded, `margin`, how late it may be, and `open_since`, from
# when on the gate lets every tick in. BORN is when GitHub first saw cycle.yml. Fails when neither says anything.
judge() {
  last_entry='' margin=$LEAST_MARGIN
  read_state
  read_next_wake "$1"
  open_since=$next_wake due=$next_wake
  # Until then it matters neither how late cycles usually are nor what else the ledger says.
  if [[ -n $due ]] && (($1 <= due + LEAST_MARGIN)); then return 0; fi
  read_entries
  open_since=${open_since:-$last_wake} due=${due:-$last_wake}
  if [[ -z $due && -n $2 ]]; then open_since=$2 due=$(($2 + DAY)); fi
  median "${delays[@]}"
  margin=$((3 * middle < LEAST_MARGIN ? LEAST_MARGIN : 3 * middle > MOST_MARGIN ? MOST_MARGIN : 3 * middle))
  [[ -n $due ]]
}

# send METHOD PATH [JSON]: one request about this repository; sets `status` (000: no answer) and `reply`.
send() {
  local answer url=${GITHUB_API_URL:-https://api.github.com} path=repos/$GITHUB_REPOSITORY/$2
  if [[ $url == https://api.github.com ]] && command -v gh >/dev/null; then
    answer=$(gh api --include --method "$1" ${3:+--input -} "$path" <<<"${3-}") || true
    [[ $answer =~ ^HTTP/[0-9.]+\ ([0-9]{3}) ]] && status=${BASH_REMATCH[1]} || status=000
    reply=${answer#*$'\n\r\n'}
  else
    answer=$(curl --silent --show-error --max-time 30 --request "$1" --header @- --write-out '\n%{http_code}' \
      --header 'Accept: application/vnd.github+json' ${3:+--data-binary "$3"} "$url/$path" \
      <<<"Authorization: Bearer ${GH_TOKEN:-}") || true
    status=${answer##*$'\n'} reply=${answer%$'\n'*}
  fi
}

# ask PATH: a GET, tried once more when GitHub stumbles.
ask() {
  send GET "$1"
  [[ ! $status =~ ^(000|429|5..)$ ]] || { sleep 5 && send GET "$1"; }
}

# ask_runs QUERY SINCE: asks for the newest run of cycle.yml that fits, and how many there are.
ask_runs() {
  to_iso "$2"
  ask "actions/workflows/cycle.yml/runs?$1&created=%3E%3D$iso&per_page=1"
  [[ $status == 200 ]] || { complain "GitHub does not tell of runs (HTTP $status)" && return 1; }
}

# pick NAME: sets `value` to the first text or number of that name in `reply`, else to nothing. Quotes within texts are
# escaped in JSON, so that nothing people write looks like a field.
pick() {
  [[ $reply =~ \"$1\":[[:space:]]*(\"([^\"]*)\"|[0-9]+) ]] || { value='' && return; }
  value=${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}
}

# quote TEXT: sets `quoted` to the text in JSON.
quote() {
  quoted=${1//\\/\\\\}
  quoted=${quoted//\"/\\\"}
  quoted=\"${quoted//$'\n'/\\n}\"
}

# switch_on NOW: enables what GitHub switched off; what a person switched off stays so. Sets `cycle_state` and `born`.
switch_on() {
  local file
  cycle_state='' born=''
  for file in cycle.yml consolidate.yml watchdog.yml; do
    ask "actions/workflows/$file"
    if [[ $status == 404 ]]; then say "$file: not here" && continue; fi
    if [[ $status != 200 ]]; then complain "$file: GitHub does not say how it stands (HTTP $status)" && continue; fi
    pick created_at
    [[ $file != cycle.yml ]] || ! to_epoch "$value" || born=$epoch
    pick state
    [[ $file != cycle.yml ]] || cycle_state=$value
    case $value in
      disabled_inactivity | disabled_fork) enable "$file" "since GitHub had switched it off" ;;
      active) ! is_quiet "$1" || enable "$file" 'lest GitHub switches it off for want of activity' ;;
      *) say "$file: $value, and left so" ;;
    esac
  done
}

# enable FILE WHY
enable() {
  send PUT "actions/workflows/$1/enable"
  if [[ $status == 2?? ]]; then say "$1: enabled, $2"; else complain "$1: could not be enabled (HTTP $status)"; fi
}

# is_quiet NOW: whether no person has committed for long, or the clone is too shallow to say.
is_quiet() {
  local time mail
  while read -r time mail; do
    if [[ $mail != "$AGENT_MAIL" ]]; then (($1 - time > QUIET)) && return 0 || return 1; fi
  done < <(git log --max-count=1000 --format='%ct %ae')
}

# heed_idle_cycles: a cycle that finds nothing to do records nothing, and plans the next within a day. One that went well
# while the gate stood open is a sign of life: moves `due`.
heed_idle_cycles() {
  local event
  for event in schedule workflow_dispatch; do
    ask_runs "event=$event&status=success" "$open_since" || return 1
    pick created_at
    if to_epoch "$value" && ((epoch + DAY > due)); then due=$((epoch + DAY)); fi
  done
}

# count_starts SINCE: sets `starts`, how often a cycle was started by hand since then.
count_starts() {
  ask_runs event=workflow_dispatch "$1" || return 1
  pick total_count
  [[ $value =~ ^[0-9]+$ ]] && starts=$value || starts=0
}

# start_cycle: fails when GitHub refuses for good; `refusal` then says how.
start_cycle() {
  quote "$STEWARD_BRANCH"
  send POST actions/workflows/cycle.yml/dispatches "{\"ref\":$quoted}"
  case $status in
    2??) say 'started a cycle' ;;
    000 | 429 | 5??) complain "a cycle could not be started now (HTTP $status)" ;;
    *) refusal="GitHub refuses to start one (HTTP $status)" && complain "$refusal" && return 1 ;;
  esac
}

# revive SINCE NOW: starts a cycle; once two starts since then came to nothing, or GitHub refuses, an issue says so.
revive() {
  refusal=''
  count_starts "$1" || return 0
  if ((starts < TRIES_BEFORE_ISSUE)); then start_cycle || open_issue; return 0; fi
  open_issue
  ((starts < STARTS_A_DAY)) || count_starts $(($2 - DAY)) || return 0
  if ((starts < STARTS_A_DAY)); then start_cycle || return 0; else say 'enough were started today'; fi
}

# find_issue: sets `issue` to the number of its open issue, or to nothing. A page holds one issue, so that fields need not
# be told apart, and only one that a bot wrote counts.
find_issue() {
  local page author
  issue=''
  for page in 1 2 3 4 5; do
    ask "issues?labels=steward%3Awatchdog&state=open&per_page=1&page=$page"
    [[ $status == 200 ]] || { no_issues && return 1; }
    pick number
    [[ $value =~ ^[0-9]+$ ]] || return 0
    author=${reply#*\"user\":}
    [[ $author =~ \"type\":[[:space:]]*\"([A-Za-z]+)\" && ${BASH_REMATCH[1]} == Bot ]] || continue
    if [[ $reply =~ (<|\\u003[cC])!--\ steward:watchdog\ --(>|\\u003[eE]) ]]; then issue=$value && return 0; fi
  done
}

open_issue() {
  local title='Steward has not run yet' tried="${refusal:-It was started by hand $starts times, and nothing came of it}."
  local runs=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/workflows/cycle.yml
  find_issue || return 0
  [[ -z $issue ]] || { say "issue #$issue is open" && return; }
  to_iso "${last_entry:-0}"
  [[ -z $last_entry ]] || title="Steward has not run since $iso"
  quote "$title" && title=$quoted
  to_iso "$due"
  quote "A cycle was due by $iso, and a late schedule was given $((margin / HOUR)) hours. $tried

Where to look first:
- [The runs of cycle.yml]($runs): a red one says why in its log (does \`npm ci\` fail?). None at all: are Actions on?
- \`npm run steward -- doctor\` in a clone.
- Not at the budget: without money the agent goes on without a model.

A cycle is started every two hours until one is recorded; then this issue is closed. \`STEWARD_PAUSED\`, a repository
variable, stops all of it.

<!-- steward:watchdog -->"
  send POST labels '{"name":"steward:watchdog","color":"b60205","description":"Cycles of Steward do not come"}'
  send POST issues "{\"title\":$title,\"body\":$quoted,\"labels\":[\"steward:watchdog\"]}"
  if [[ $status == 2?? ]]; then say 'opened an issue'; else no_issues; fi
}

# Without issues a red run is the only sign left, and one is needed only while cycles do not come.
no_issues() {
  if [[ $status != 410 ]]; then complain "GitHub does not deal with issues (HTTP $status)"
  elif ((now > due + margin)); then
    echo '::warning::watchdog: Steward does not run, and this repository has no issues in which to say so' && failed=1
  fi
}

close_issue() {
  find_issue || return 0
  [[ -n $issue ]] || return 0
  send PATCH "issues/$issue" '{"state":"closed","state_reason":"completed"}'
  [[ $status == 2?? ]] || { complain "issue #$issue could not be closed (HTTP $status)" && return; }
  to_iso "$due"
  quote "Cycles are back. The next is due by $iso."
  send POST "issues/$issue/comments" "{\"body\":$quoted}"
  say "closed issue #$issue"
}

# watch NOW: sets `failed` to 1 when GitHub kept it from its duty.
watch() {
  local now=$1
  failed=0
  switch_on "$now"
  if [[ $cycle_state == disabled_manually ]]; then say 'a person has switched cycle.yml off' && return; fi
  judge "$now" "$born" || { say 'there is no ledger, and no cycle.yml to wait for' && return; }
  ((now <= due + margin)) || heed_idle_cycles || return 0
  to_iso "$due"
  if ((now <= due + margin)); then say "cycles come: the next is due by $iso" && close_issue
  else say "no cycle came, though one was due by $iso" && revive $((due + margin)) "$now"; fi
}

main() {
  read_pause
  [[ -z $paused ]] || { say "$paused" && return; }
  [[ ${GITHUB_REPOSITORY:-} =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ && -n ${STEWARD_BRANCH:-} ]] ||
    { echo '::error::watchdog: GITHUB_REPOSITORY and STEWARD_BRANCH are needed' && return 1; }
  watch "$(date +%s)"
  return "$failed"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main; fi
