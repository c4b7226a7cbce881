-- Run once, by the superuser, when the database is created. The workers own their tables, and are not superusers.
\set password `cat /run/secrets/database`
CREATE ROLE kymo LOGIN PASSWORD :'password';
CREATE DATABASE lab OWNER kymo;
