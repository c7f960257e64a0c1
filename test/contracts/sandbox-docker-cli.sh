#!/bin/bash
# Stands for the docker command line where no daemon runs: writes down its arguments and runs "containers" as plain processes,
# one folder per box volume. It shows that the adapter asks for the right things and reads the answers right; it isolates nothing.
# A container is a folder: command (shell words), box, cwd, pid, state (JSON). SECTUNE_DOCKER_STATE = where all that lies.
root=$SECTUNE_DOCKER_STATE
{ printf '%q ' "$@"; echo; } >> "$root/calls"

state() { # container running code started
  echo "{\"Running\":$2,\"OOMKilled\":false,\"ExitCode\":$3,\"StartedAt\":\"$4\"}" > "$root/$1/state.new"
  mv "$root/$1/state.new" "$root/$1/state"
}

create() {
  local name cwd program box env=()
  shift
  while [[ $1 == --* ]]; do
    case $1 in
      --init | --interactive | --read-only) shift; continue ;;
      --name) name=$2 ;;
      --workdir) cwd=$2 ;;
      --entrypoint) program=$2 ;;
      --env) env+=("$2") ;;
      --mount) [[ $2 =~ source=(.*),target=/box ]] && box=$root/${BASH_REMATCH[1]} ;;
    esac
    shift 2
  done
  shift # the image
  local words=(env -i "${env[@]}" "$program" "$@")
  mkdir "$root/$name"
  echo "cd ${cwd//\/box/$box} && exec setsid $(printf '%q ' "${words[@]//\/box/$box}")" > "$root/$name/command"
  state "$name" false 0 0001-01-01T00:00:00Z
}

start() {
  local name=${!#} code
  if [[ " $* " == *" --interactive "* ]]; then
    bash "$root/$name/command" <&0 &
  else
    bash "$root/$name/command" < /dev/null &
  fi
  echo $! > "$root/$name/pid"
  state "$name" true 0 "$(date -u +%FT%TZ)"
  wait $! 2> /dev/null
  code=$?
  [[ -d $root/$name ]] && state "$name" false $code "$(date -u +%FT%TZ)"
  exit $code
}

case $1 in
  version) echo 27.0.0 ;;
  image) echo sha256:0123 ;;
  volume) if [[ $2 == create ]]; then mkdir "$root/${!#}"; else cd "$root" && rm -rf "${@:4}"; fi ;;
  run) echo holder ;;
  create) create "$@" ;;
  start) start "$@" ;;
  inspect) cat "$root/${!#}/state" ;;
  # setsid makes the process the leader of a group of its own number.
  kill) kill -KILL -- "-$(cat "$root/$2/pid")" ;;
  rm) rm -rf "$root/${!#}" ;;
  *) echo "unknown command $1" >&2; exit 1 ;;
esac
