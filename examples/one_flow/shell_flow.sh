#!/bin/sh
# The flow of python_flow.py for the shell: sh shell_flow.sh connection.json FOLDER
set -eu
connection=$1 folder=$2
here=$(dirname "$0")

run() { onteg-dynamics run "$@" --connection "$connection" --json; }
each() { python3 -c "import json, sys; output = json.load(sys.stdin)['output']; $1"; }

started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
run import_records --set table=lead --set "path=$here/leads.csv" --set "results_path=$folder/results.csv" >/dev/null
run list_records --set table=lead --set select=lastname --set "filter=subject eq 'Spring fair' and statecode eq 0" |
  each "[print(row['leadid'], row['lastname']) for row in output['rows']]" |
  while read -r lead name; do
    deal=$(run qualify_lead --set "lead=$lead" | each "print(output['opportunity_id'])")
    owner=$(run get_record --set table=opportunity --set "key=$deal" --set select=ownerid | each "print(output['row']['ownerid'])")
    run add_task --set "subject=Call $name" --set table=opportunity --set "id=$deal" --set "owner=$owner" >/dev/null
  done
run export_records --set table=opportunity --set select=name --set "filter=modifiedon ge $started" --set "path=$folder/changed.csv" >/dev/null
