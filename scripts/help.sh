# Sourced by the scripts, with their arguments: --help prints the comment at the head of the script.
case ${1:-} in
  -h | --help)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
