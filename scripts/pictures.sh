#!/usr/bin/env bash
# Makes the pictures in docs/images that show a terminal: runs doctor and explain of the packaged jar on a database, and writes
# what they print as SVG. Needs a JDK 17 or newer, the jar (see CONTRIBUTING.md) and psql; the database is made, and dropped again.
#
# usage: scripts/pictures.sh HOST PORT SUPERUSER      # its password, if it needs one, as PGPASSWORD
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -eq 3 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
jar=agent/dist/target/tenant-warden.jar
[ -f "$jar" ] || { echo "scripts/pictures.sh: build the jar first: ./mvnw -q -B -DskipTests -pl agent/dist -am package" >&2; exit 1; }
export PGHOST=$1 PGPORT=$2 PGUSER=$3 PGOPTIONS='-c client_min_messages=warning'
run() { psql -X -q -v ON_ERROR_STOP=1 -d "$@"; }
clean() {
  run postgres -c 'DROP DATABASE IF EXISTS shop' -c 'DROP ROLE IF EXISTS shop_app'
}
clean
trap clean EXIT
run postgres -c "CREATE ROLE shop_app LOGIN PASSWORD 'picture'" -c 'CREATE DATABASE shop'
run shop <<'SQL'
CREATE TABLE customer (tenant_id text NOT NULL, id int, name text, PRIMARY KEY (tenant_id, id));
CREATE TABLE invoice (tenant_id text NOT NULL, number int, amount int, PRIMARY KEY (tenant_id, number));
CREATE TABLE note (tenant_id text NOT NULL, id int, body text, PRIMARY KEY (tenant_id, id));
INSERT INTO customer VALUES ('acme', 1, 'Ada'), ('globex', 1, 'Bob');
INSERT INTO invoice VALUES ('acme', 1, 10), ('globex', 1, 20);
INSERT INTO note VALUES ('acme', 1, 'a'), ('globex', 1, 'b');
ALTER TABLE customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON customer USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
CREATE POLICY tenant ON invoice USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop_app;
SQL
picture() {
  local name=$1
  shift
  local command=$1
  # findings make the exit code 1; lines of SQL are as long as they are, and cut
  COLUMNS=110 WARDEN_PASSWORD=picture java -jar "$jar" "$@" --url "jdbc:postgresql://$PGHOST:$PGPORT/shop" --user shop_app \
    >"target/$name.txt" || [ $? -eq 1 ]
  java scripts/TerminalPicture.java java -jar tenant-warden.jar "$@" --url ... --user shop_app < <(sed -E 's/^(.{106}).{5,}/\1 .../' "target/$name.txt") \
    >"docs/images/$name.svg"
  echo "docs/images/$name.svg: $command" >&2
}
mkdir -p target
picture doctor doctor --probe
picture explain explain --tenant acme --sql 'SELECT * FROM invoice'
