#!/usr/bin/env bash
# Put a comment on a pull request, or update the one that is there: comment.sh FILE
#
#   NUMBER               of the pull request; without one, or where the token may not write, the text goes to the summary
#   GITHUB_REPOSITORY    owner/name
#   GH_TOKEN             for gh
#   LINK                 of the page and the audio, may be empty
#   GITHUB_STEP_SUMMARY  the file of the job's summary
set -euo pipefail

marker='<!-- songbuild -->'
body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat "$1" >"$body"
if [ -n "${LINK:-}" ]; then
  printf '\n[Pages with pictures, and audio](%s)\n' "$LINK" >>"$body"
fi

# Only a comment of our own is ever changed: anybody can write one that begins with the marker.
find_own() {
  # shellcheck disable=SC2016  # the variables are GraphQL's
  gh api graphql --paginate -f owner="${GITHUB_REPOSITORY%%/*}" -f name="${GITHUB_REPOSITORY#*/}" -F number="$NUMBER" \
    -f query='query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) {
        comments(first: 100, after: $endCursor) {
          nodes { databaseId body viewerDidAuthor } pageInfo { hasNextPage endCursor } } } } }' \
    --jq ".data.repository.pullRequest.comments.nodes[]
      | select(.viewerDidAuthor and (.body | startswith(\"$marker\"))) | .databaseId"
}

publish() {
  local found own
  found=$(find_own) || return
  own=${found%%$'\n'*}
  if [ -n "$own" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$own" -F body=@"$body"
  else
    gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" -F body=@"$body"
  fi
}

if [ -n "${NUMBER:-}" ]; then
  if publish; then
    exit 0
  fi
  echo 'the token may not comment here, as on a pull request from a fork: see the summary of this job'
fi
cat "$body" >>"$GITHUB_STEP_SUMMARY"
