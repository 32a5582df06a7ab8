-- Version 1. Times are microseconds since 1970 UTC, as in the file. `n` is the order of arrival.
create table board(
    n bigint generated always as identity primary key,
    source text not null,
    board text not null,
    unique(source, board)
);

create table source(
    board_n bigint primary key references board(n),
    place bigint generated always as identity,
    name text not null,
    paused boolean not null default false,
    validators text not null default '{}',
    breaker text not null default '',
    last_success bigint,
    next_try bigint
);

create table report(
    n bigint generated always as identity primary key,
    board_n bigint not null references board(n),
    body text not null
);
create index report_board on report(board_n, n);

create table job(
    n bigint generated always as identity primary key,
    id uuid not null unique,
    board_n bigint not null references board(n),
    title text not null,
    company text not null,
    facts text not null,
    content bytea not null,
    document_id bytea not null,
    body text not null,
    newest bigint not null,
    version integer not null default 1,
    first_seen bigint not null,
    changed_at bigint not null,
    closed_at bigint,
    revision bigint not null,
    words tsvector not null
);
create index job_open on job(board_n) where closed_at is null;
create index job_newest on job(newest desc, n);
create index job_revision on job(revision);
create index job_words on job using gin(words);

create table old_version(
    job_n bigint not null references job(n),
    version integer not null,
    until bigint not null,
    title text not null,
    company text not null,
    facts text not null,
    body text not null,
    primary key(job_n, version)
);

-- One row: the last commit that touched a posting. Taking it also puts polls in order.
create table revision(n bigint not null);
insert into revision values (0);

create table person(
    n bigint generated always as identity primary key,
    name text not null unique
);

-- Each person's log has its own gapless numbers and chain; `arrived` is the order over all of them.
create table event(
    person_n bigint not null references person(n),
    sequence bigint not null,
    arrived bigint generated always as identity,
    key text not null,
    kind text not null,
    version integer not null,
    retracts text,
    job_id uuid,
    body bytea not null,
    hash bytea not null,
    primary key(person_n, sequence),
    unique(person_n, key)
);
create index event_job on event(job_id) where job_id is not null;
create function refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the log is never edited' using errcode = 'restrict_violation';
end $$;
create trigger event_stays before update or delete on event for each row execute function refuse();
create trigger event_is_kept before truncate on event for each statement execute function refuse();

create table document(
    digest bytea primary key,
    body bytea not null
);

-- How far each machine of a person has shared its own log.
create table shared(
    person_n bigint not null references person(n),
    device text not null,
    sequence bigint not null,
    primary key(person_n, device)
);

create table stage(
    n bigint generated always as identity primary key,
    person_n bigint not null references person(n),
    job_id uuid not null,
    stage text not null,
    note text not null,
    at bigint not null
);
create index stage_job on stage(person_n, job_id, n);

create table setting(
    person_n bigint not null references person(n),
    name text not null,
    value text not null,
    primary key(person_n, name)
);
