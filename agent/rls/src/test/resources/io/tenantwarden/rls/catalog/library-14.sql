-- Bodies that are kept parsed, from PostgreSQL 14 on.
set search_path = lib, public;
create function atomic_members() returns bigint language sql stable begin atomic select count(*) from member; end;
create function atomic_return(d date default '2026-03-01') returns bigint language sql stable return (select count(*) from loan where due < d);
create function atomic_calls() returns text language sql stable begin atomic select 1; select member_name(1) from category; end;
create function atomic_writes() returns void language sql begin atomic insert into inbox values (3, 'atomic'); end;
create function atomic_reads() returns bigint language sql begin atomic select count(*) from inbox; end;
create function atomic_view() returns bigint language sql begin atomic select count(*) from late; end;
create procedure atomic_procedure() language sql begin atomic update fine set amount = amount; select atomic_writes(); end;
