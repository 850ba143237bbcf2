-- Lending libraries that share one database: tables with tenant_id are protected, the others are everybody's.
create schema lib;
create schema other;
set search_path = lib, public;

create table member (id int, tenant_id int, name text, joined date default '2026-01-01');
create table item (id int, tenant_id int, title text, category int);
create table loan (id int, tenant_id int, member int, item int, due date, returned date);
create table fine (id int, tenant_id int, member int, amount numeric(8, 2));
create table reservation (id int, tenant_id int, member int, item int);
create table history (id int, tenant_id int, what text);
create table ledger (id int, tenant_id int, booked date, amount numeric) partition by range (booked);
create table ledger_old partition of ledger for values from ('2000-01-01') to ('2026-01-01');
create table ledger_new partition of ledger for values from ('2026-01-01') to ('2100-01-01');
create table staff (id int, tenant_id int, name text, boss int);
create table archive (id int, tenant_id int, note text);

create table category (id int, name text);
create table currency (code text, rate numeric);
create table log (id serial, at timestamptz default now(), what text);
create table inbox (id int, payload text);
create table request (id int, path text);
create table quota (id int, used int default 0);
create table feed (id int, body text) partition by range (id);
create table feed_low partition of feed for values from (0) to (100);
create table settings (name text, value text);

insert into member select n, n % 2, 'm' || n from generate_series(1, 6) n;
insert into item select n, n % 2, 't' || n, n from generate_series(1, 6) n;
insert into loan select n, n % 2, n, n, '2026-02-01', null from generate_series(1, 6) n;
insert into fine select n, n % 2, n, n from generate_series(1, 6) n;
insert into reservation select n, n % 2, n, n from generate_series(1, 6) n;
insert into history select n, n % 2, 'h' from generate_series(1, 6) n;
insert into ledger select n, n % 2, '2025-06-01'::date + n * 60, n from generate_series(1, 12) n;
insert into staff select n, n % 2, 's' || n, n - 1 from generate_series(1, 6) n;
insert into archive select n, n % 2, 'a' from generate_series(1, 6) n;
insert into category select n, 'c' || n from generate_series(1, 6) n;
insert into currency values ('EUR', 1), ('USD', 1.1);
insert into log (what) values ('start');
insert into inbox values (1, 'p');
insert into quota values (1, 0);
insert into settings values ('table', 'archive');

-- ---------------------------------------------------------------- SQL, bodies as text
create function members() returns bigint language sql stable as 'select count(*) from member';
create function member_name(int) returns text language sql stable as 'select name from lib.member where id = $1';
create function overdue(day date default '2026-03-01') returns setof loan language sql stable as $$
  select l.* from loan l where l.due < day and l.returned is null $$;
create function titles(variadic ids int[]) returns setof text language sql stable as $$
  select title from item where id = any (ids) $$;
create function busiest() returns table (member int, loans bigint) language sql stable as $$
  with borrowed as (select member, count(*) as n from loan group by member),
       fines as (select member from fine)
  select b.member, b.n from borrowed b left join fines f using (member) $$;
create function convert(amount numeric, code text) returns numeric language sql stable as $$
  select amount * c.rate from currency c where c.code = convert.code $$;
create function fined(code text) returns numeric language sql stable as $$
  select sum(convert(amount, fined.code)) from fine $$;
create function categories() returns setof text language sql stable as 'select name from category';
create function book(day date, amount numeric) returns void language sql as $$
  insert into ledger values (99, 1, day, amount); update quota set used = used + 1 $$;
create function forget(int) returns setof int language sql as $$
  with gone as (delete from reservation where id = $1 returning id)
  insert into history select id, 1, 'gone' from gone returning id $$;
create function chain(int) returns setof staff language sql stable as $$
  with recursive up as (select * from staff where id = $1 union all select s.* from staff s join up on s.id = up.boss)
  select * from up $$;

-- ---------------------------------------------------------------- PL/pgSQL
create function balance(who int) returns numeric language plpgsql as $$
declare
  total numeric := 0;
  owed numeric(8, 2) default (select coalesce(sum(amount), 0) from fine where member = who);
  r record;
begin
  for r in select case when l.returned is null then 1 else 0 end as open_loan from loan l where l.member = who loop
    total := total + r.open_loan;
  end loop;
  if total > 100 then
    raise exception 'member % from % has too many', who, total using errcode = 'P0001';
  end if;
  return total + owed;
end $$;
create function in_stock(what int) returns boolean language plpgsql stable as $$
declare lent integer; reserved integer;
begin
  select count(*) into lent from loan where item = what and returned is null;
  select count(*) into strict reserved from reservation where item = what;
  return lent + reserved = 0;
end $$;
create function rewards(fewest int, out winners int) returns int language plpgsql security definer as $$
declare
  candidates cursor (low int) for select m.id from member m where m.id > low;
  c record;
  item int;
begin
  create temporary table winner (id int) on commit drop;
  open candidates(fewest);
  <<each>> loop
    fetch candidates into c;
    exit each when not found;
    insert into winner values (c.id) returning id into item;
  end loop;
  close candidates;
  winners := item;
end $$;
create function first_members() returns setof int language plpgsql as $$
declare c record; n int := 0;
begin
  for c in select id from member order by id loop
    n := n + 1;
    exit when n > 2;
    return next c.id;
  end loop;
  return query select id from staff limit 1;
end $$;
create function lookups(code text) returns numeric language plpgsql as $$
declare rate currency.rate%type; label text;
begin
  select c.rate into rate from currency c where c.code = lookups.code;
  label := (select name from category limit 1);
  case rate when 1 then null; else perform name from category; end case;
  return rate;
exception when no_data_found then return 0;
end $$;
create function note(text) returns void language plpgsql as $$ begin insert into log (what) values ($1); end $$;
create function renew(int) returns date language plpgsql as $$
declare fresh date;
begin
  update loan set due = due + 7 where id = $1 returning due into fresh;
  perform note('renewed ' || $1);
  return fresh;
end $$;
create function even(n int) returns boolean language plpgsql as $$
begin
  if n = 0 then return (select count(*) > 0 from item); end if;
  return odd(n - 1);
end $$;
create function odd(n int) returns boolean language plpgsql as $$
begin return case when n = 0 then false else even(n - 1) end; end $$;
create function fact(n int) returns bigint language plpgsql as $$
begin if n < 2 then return 1; end if; return n * fact(n - 1); end $$;
create function dynamic_constant() returns bigint language plpgsql as $$
declare n bigint; begin execute 'select count(*) from archive where id > $1' into n using 0; return n; end $$;
create function dynamic_format(col text) returns bigint language plpgsql as $$
declare n bigint; q text;
begin q := format('select count(%I) from archive', col); execute q into n; return n; end $$;
create function dynamic_table(t text) returns bigint language plpgsql as $$
declare n bigint; begin execute format('select count(*) from %I', t) into n; return n; end $$;
create function each_table() returns bigint language plpgsql as $$
declare t text; n bigint := 0;
begin
  foreach t in array array['member', 'item'] loop n := n + dynamic_table(t); end loop;
  return n;
end $$;
create function nested_block() returns int language plpgsql as $$
declare a int;
begin
  declare b int := (select count(*) from fine);
  begin
    begin
      a := 1 / 0;
    exception when division_by_zero then
      select count(*) into a from history;
    end;
    return a + b;
  end;
end $$;
create function merge_ledger() returns void language plpgsql as $$
begin
  with moved as (delete from fine where id = 6 returning *)
  insert into ledger select id, tenant_id, '2026-05-05', amount from moved;
end $$;
create function computed() returns int language plpgsql as $$
begin return count(*) from reservation; end $$;
create function variable_named_like_a_table() returns int language plpgsql as $$
declare member int; item int;
begin
  insert into inbox values (2, 'x') returning id into member;
  select id into item from category limit 1;
  return member + item;
end $$;
create procedure close_year(inout n int) language plpgsql as $$
begin
  delete from ledger where booked < '2026-01-01';
  get diagnostics n = row_count;
  call tidy();
end $$;
create procedure tidy() language sql as 'delete from reservation where id < 0; delete from inbox where id < 0';

-- ---------------------------------------------------------------- overloads, schemas, search paths
create function size(int) returns bigint language sql as 'select count(*) from category';
create function size(int, int) returns bigint language sql as 'select count(*) from item';
create function size(text) returns bigint language sql as 'select count(*) from currency';
create function other.members() returns bigint language sql as 'select 0::bigint';
create function other.secret() returns bigint language sql as 'select count(*) from lib.fine';
create table other.quota (id int, tenant_id int);
insert into other.quota values (1, 1);
create function pinned() returns bigint language sql set search_path = other, pg_temp as 'select count(*) from quota';
create function unpinned() returns bigint language sql as 'select count(*) from quota';
create function lower(member) returns text language sql as 'select lower($1.name)';

-- ---------------------------------------------------------------- aggregates, defaults, checks, generated columns
create function add_loans(state bigint, who int) returns bigint language sql as $$
  select state + (select count(*) from loan where member = who) $$;
create aggregate loans_of(int) (sfunc = add_loans, stype = bigint, initcond = '0');
create function next_id() returns int language sql as 'select max(id) + 1 from archive';
create table ticket (id int default next_id(), label text);
create function allowed(int) returns boolean language sql stable as 'select count(*) > 0 from staff where id < $1';
create table checked (n int check (allowed(n)));
create function in_condition(int) returns boolean language sql stable as 'select count(*) > 0 from fine where id > $1';

-- ---------------------------------------------------------------- triggers, rules, views
create function on_inbox() returns trigger language plpgsql as $$
begin
  insert into history values (new.id, 1, 'inbox ' || tg_op);
  return new;
end $$;
create trigger inbox_in before insert on inbox for each row execute function on_inbox();
create function on_request() returns trigger language plpgsql as $$
begin
  perform note(members() || ' members');
  return null;
end $$;
create trigger request_gone after delete on request for each statement execute function on_request();
create trigger request_all after truncate on request for each statement execute function on_request();
create trigger request_off after insert on request for each statement execute function on_inbox();
alter table request disable trigger request_off;
create trigger quota_if after update on quota for each row when (in_condition(new.used)) execute function on_request();
create function on_feed() returns trigger language plpgsql as $$
begin perform 1 from staff; return new; end $$;
create trigger feed_in after insert on feed for each row execute function on_feed();
create trigger feed_low_in after insert on feed_low for each row execute function on_request();
create view late as select * from overdue('2026-04-01');
create view late_names as select member_name(member) from late;
create view inbox_view as select * from inbox;
create view nothing_special as select c.name, fact(3) from category c;
create view written as select 1 as id;
create function on_written() returns trigger language plpgsql as $$
begin insert into reservation values (new.id, 1, 1, 1); return new; end $$;
create trigger written_in instead of insert on written for each row execute function on_written();
create rule settings_rule as on insert to settings do also insert into inbox values (7, new.name);
create rule currency_rule as on update to currency do also select members();
