# Sourced by the other commands here: finds the project, Java and the class path; compiles the Java.
# It leaves $root, $java, $java_major and $java_release (a file that tells JDKs apart); nothing here is meant to be run by itself.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# The version is read from the JDK's `release` file: asking the JVM itself would cost every start 50 ms.
find_java() {
  java=${JAVA_CMD:-${JAVA_HOME:+$JAVA_HOME/bin/}java}
  local real line=''
  real=$(command -v "$java") || die "no java at '$java': install a JDK, 17 or newer, or set JAVA_HOME"
  real=$(readlink -f "$real")
  java_release=${real%/bin/java}/release
  if [[ -f $java_release ]]; then
    line=$(grep -m1 '^JAVA_VERSION=' "$java_release" || :)
  fi
  [[ -n $line ]] || line=$("$java" -version 2>&1 | grep -m1 version || :)
  [[ $line =~ \"([0-9]+)([.\"-]|$) ]] || die "'$java -version' does not tell its version: install a JDK, 17 or newer"
  java_major=${BASH_REMATCH[1]}
  ((java_major >= 17)) || die "'$java' is Java $java_major, too old: install a JDK, 17 or newer, or set JAVA_HOME"
}

# class_path :alias… -> the class path with absolute entries, so that it holds from any folder
class_path() {
  local path entry out=() aliases=''
  aliases=$(printf '%s' "$@")
  path=$(cd "$root" && bin/clojure ${aliases:+"-A$aliases"} -Spath) || exit 1
  local IFS=:
  for entry in $path; do
    [[ $entry == /* ]] || entry=$root/$entry
    out+=("$entry")
  done
  echo "${out[*]}"
}

# From 23 on the JDK warns about sun.misc.Unsafe unless told; before 23 the flag is unknown, and so fatal.
quiet_unsafe() {
  ((java_major < 23)) || echo --sun-misc-unsafe-memory-access=allow
}

# compile_dir SOURCES CLASSES CLASSPATH [KEY [FLAG…]]: javac with these flags, else those of javac.args, if anything changed since.
# The stamp lies inside the classes and moves with them, so it can never speak of other classes. The classes are
# made beside their place and renamed into it: two first runs at once both end with complete classes, and the
# class of a removed source is gone.
compile_dir() {
  local sources=$1 classes=$2 path=$3 key="$3 ${4-}" flags=("${@:5}") now tmp
  ((${#flags[@]})) || flags=("@$root/javac.args")
  [[ -d $sources ]] || { mkdir -p "$classes"; return 0; }
  now=$(cd "$root" && find javac.args "${sources#"$root"/}" -type f -exec cksum {} + | LC_ALL=C sort | cksum)
  [[ "$(cat "$classes/.stamp" 2>/dev/null)" != "$now $key" ]] || return 0
  local javac=${java%java}javac
  command -v "$javac" >/dev/null || die "no javac at '$javac': install a JDK, 17 or newer (a JRE is not enough)"
  mkdir -p "${classes%/*}"
  tmp=$(mktemp -d "$classes.XXXXXX")
  if ! find "$sources" -name '*.java' -print0 \
      | xargs -0 -r "$javac" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC "${flags[@]}" -d "$tmp" -cp "$path" >&2; then
    rm -rf "$tmp"
    die "the Java sources in ${sources#"$root"/} do not compile"
  fi
  echo "$now $key" >"$tmp/.stamp"
  move_in "$tmp" "$classes"
}

# move_in NEW PLACE: puts a folder made beside its place there, for whatever was there before; unless somebody else
# has put the same there meanwhile, as their program may already be reading it.
move_in() {
  local new=$1 place=$2 old
  chmod 755 "$new"
  if [[ "$(cat "$place/.stamp" 2>/dev/null)" == "$(<"$new/.stamp")" ]]; then
    rm -rf "$new"
  elif [[ -e $place ]]; then
    old=$(mktemp -d "$place.XXXXXX")
    mv -T "$place" "$old/gone" 2>/dev/null || :
    mv -T "$new" "$place" 2>/dev/null || :
    rm -rf "$old" "$new"
  else
    mv -T "$new" "$place" 2>/dev/null || rm -rf "$new"
  fi
}

# compile_java: java-src sees Agrona and nothing else, which keeps Clojure out of the Java core
compile_java() {
  local path agrona
  path=$(class_path)
  agrona=$(tr : '\n' <<<"$path" | grep '/agrona-[^/]*\.jar$') || die "no Agrona on the class path: see deps.edn"
  compile_dir "$root/java-src" "$root/target/classes" "$agrona"
  [[ ${1-} != tests ]] || compile_dir "$root/test/java" "$root/target/test-classes" "$root/target/classes:$agrona" \
    "$(cat "$root/target/classes/.stamp" 2>/dev/null)"
}

# cli_path PATH -> the class path of the command line: one jar of all that is ours, compiled, before the jars of PATH; with
# it the command line starts in a quarter of the time. Made again when anything changed that it came from; where it
# cannot be made, as when a source does not compile, the sources themselves.
cli_path() {
  local path=$1 place=$root/target/cli now tmp
  now=$(cd "$root" && { echo "$path"; cat target/classes/.stamp; find src resources -type f -exec cksum {} +; } \
    | LC_ALL=C sort | cksum)
  if [[ "$(cat "$place/.stamp" 2>/dev/null)" != "$now" ]]; then
    tmp=$(mktemp -d "$place.XXXXXX")
    [[ ! -t 2 ]] || echo "${0##*/}: making it start faster, once after each change …" >&2
    if make_cli_jar "$tmp" "$path" >/dev/null 2>&1; then
      echo "$now" >"$tmp/.stamp"
      move_in "$tmp" "$place"
    else
      rm -rf "$tmp"
      echo "$path"
      return
    fi
  fi
  echo "$place/cli.jar:$(tr : '\n' <<<"$path" | grep '\.jar$' | paste -sd:)"
}

# make_cli_jar FOLDER PATH: the sources are in it too, for those who look at them at a REPL; they are older than
# everything, since Clojure takes a class only if it is newer than its source.
make_cli_jar() {
  local classes=$1/classes path=$2 names
  names=$(cd "$root/src" && find . -name '*.clj' | sed 's|^\./||; s|\.clj$||; y|/_|.-|')
  mkdir "$classes" &&
    cp -r "$root"/{target/classes,src,resources}/. "$classes" &&
    find "$classes" -name '*.clj' -exec touch -d 2000-01-01 {} + &&
    (cd "$root" && "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$classes:$path" clojure.main -e \
      "(binding [*compile-path* \"$classes\"] (run! compile '[${names//$'\n'/ }]))") &&
    "${java%java}jar" --create --file "$1/cli.jar" -C "$classes" . &&
    rm -rf "$classes"
}

# cli_archive PATH OPTION… -> the JVM options for an archive of the loaded classes, which halves the time to start once
# more. It is made by a run of the demo when there is none for this jar and this JVM; the JVM does not use one that does not fit.
cli_archive() {
  local path=$1 archive tmp; shift
  [[ $path == "$root/target/cli/cli.jar:"* ]] || return 0
  archive=$root/target/cli/$java_major-$(cat "$java_release" 2>/dev/null | cksum | tr -d ' ').jsa
  if [[ ! -f $archive ]]; then
    tmp=$archive.$$
    "$java" "$@" -XX:ArchiveClassesAtExit="$tmp" -cp "$path" clojure.main -m lanegraph.cli demo >/dev/null 2>&1 || :
    mv -f "$tmp" "$archive" 2>/dev/null || rm -f "$tmp"
  fi
  echo "-XX:SharedArchiveFile=$archive" '-Xlog:cds*=off'
}
