-- What filters ask for becomes words of the index that no text holds ("marks", see `marks.py`): a search with filters
-- then walks only the postings that both leave.

create table company(
    n integer primary key,
    fold text not null unique
) strict;
create table place(
    n integer primary key,
    fold text not null unique
) strict;
insert into company(fold) select distinct company_fold from facet;
insert into place(fold) select distinct places_fold from facet;

-- Names became numbers: a hundred to a page.
create table narrow(
    n integer primary key references job(n),
    board_n integer not null,
    newest integer not null,
    posted integer,
    workplace integer not null,
    employment integer,
    seniority integer,
    pay real,
    currency text,
    company_n integer not null references company(n),
    place_n integer not null references place(n)
) strict;
insert into narrow
select facet.n, board_n, newest, posted, workplace, employment, seniority, pay, currency, company.n, place.n
from facet join company on company.fold = company_fold join place on place.fold = places_fold order by facet.n;
drop table facet;
alter table narrow rename to facet;
create index facet_newest on facet(newest);

-- What the index holds of a posting. U+E000 is for private use: cleaned text never holds it.
create view searched as
select words.n as n, words.title as title, words.company as company, words.places as places, words.tags as tags,
    words.body as body,
    char(57344) || 'b' || facet.board_n || ' ' || char(57344) || 'w' || facet.workplace || ' '
    || char(57344) || 'e' || coalesce(facet.employment, 'x') || ' ' || char(57344) || 's' || coalesce(facet.seniority, 'x')
    || ' ' || char(57344) || 'c' || facet.company_n || ' ' || char(57344) || 'p' || facet.place_n as marks
from words join facet on facet.n = words.n;

drop table found;
create virtual table found using fts5(
    title, company, places, tags, body, marks,
    content='searched', content_rowid='n', tokenize="unicode61 remove_diacritics 2 tokenchars '+#'"
);
-- As before: see the first schema.
insert into found(found, rank) values ('hashsize', 16000000);
insert into found(found, rank) values ('automerge', 8);
insert into found(found) values ('rebuild');
