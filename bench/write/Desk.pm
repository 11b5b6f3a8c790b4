# Desk.pm: the servers, and the tables that are written.
#
# One stand-in, one cluster.  The foreign tables are as IMPORT FOREIGN SCHEMA makes
# them; local.row has the rows, and a file of them is what COPY and freebcp read.

package Desk;

use strict;
use warnings;
use Backend;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder scratch_folder);

# The wrapper's own.
our $packet_size = 32767;
our $charset = 'UTF-8';

my $columns = 'id int NOT NULL PRIMARY KEY, number int NULL, amount decimal(18,2) NULL, moment datetime2(6) NULL, code varchar(20) NULL, '
  . 'name nvarchar(200) NULL, flag bit NULL, ratio float NULL, guid uniqueidentifier NULL';

my $select = q{i AS id, i * 7 AS number, i / 4.0 AS amount, timestamp '2020-01-01' + i * interval '1.000017 s' AS moment, }
  . q{'C-' || lpad(i::text, 10, '0') || '-' || i % 997 AS code, }
  . q{(ARRAY['Velvet Foods and Instruments ', 'Müller & Söhne ', 'Willow Machine Works '])[i % 8 / 4 + 1] || i AS name, }
  . q{i % 2 AS flag, i / 3.0::float8 AS ratio, md5(i::text)::uuid AS guid};

sub quote
{
	my ($text) = @_;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

# rows: in the file; changed: in the table that is updated
sub start
{
	my ($class, %options) = @_;
	my $self = bless { %options, file => scratch_folder('rows') . '/rows' }, $class;
	my $instance = $self->{instance} = TdsMirror::Instance->start('WRITE');

	$self->{cluster} = TdsMirror::Cluster->start('write', jit => 'off', shared_buffers => "'256MB'", autovacuum => 'off',
		max_parallel_workers_per_gather => 0, log_min_messages => 'error');
	$instance->tsql('CREATE DATABASE bench');
	$instance->tsql("CREATE TABLE $_ ($columns)", database => 'bench') for qw(loaded inserted copied changed single);
	$self->{backend} = Backend->start($self->{cluster}->port);
	$self->see;
	$self->fill;
	return $self;
}

sub see
{
	my ($self) = @_;
	my ($instance, $backend) = @{$self}{qw(instance backend)};

	$backend->query('SET client_min_messages = warning; CREATE EXTENSION tds_mirror_fdw');
	$backend->query('CREATE SERVER bench FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '
		  . quote($instance->address . ',' . $instance->port) . ", database 'bench', packet_size '$packet_size')");
	$backend->query('CREATE USER MAPPING FOR CURRENT_USER SERVER bench OPTIONS (username '
		  . quote($TdsMirror::Instance::user) . ', password ' . quote($TdsMirror::Instance::password) . ')');
	$backend->query('CREATE SCHEMA ours; CREATE SCHEMA local; IMPORT FOREIGN SCHEMA dbo FROM SERVER bench INTO ours');
	return;
}

sub fill
{
	my ($self) = @_;
	my $backend = $self->{backend};

	$backend->query("CREATE TABLE local.row AS SELECT $select FROM generate_series(1, $self->{rows}) AS i", 600);
	$backend->query("COPY local.row TO '$self->{file}'", 600);
	$backend->query('ALTER TABLE local.row ALTER flag TYPE boolean USING flag = 1', 600);
	$backend->query('VACUUM (FREEZE, ANALYZE) local.row', 600);
	$backend->query("INSERT INTO ours.changed SELECT * FROM local.row WHERE id <= $self->{changed}", 600);
	return;
}

# What is in an empty table now is exactly the rows?
sub same
{
	my ($self, $table) = @_;

	return $self->{backend}->query("SELECT count(*) FROM (SELECT * FROM ours.$table EXCEPT SELECT * FROM local.row) AS q", 600) == 0
	  && $self->{backend}->query("SELECT count(*) FROM ours.$table") == $self->{rows};
}

sub empty
{
	my ($self, $table) = @_;

	$self->{instance}->tsql("TRUNCATE TABLE $table", database => 'bench');
	return;
}

# Requests that the server has counted.
sub requests
{
	my ($self) = @_;
	my %count = map { split ' ' } $self->{instance}->control('counters');
	return $count{batches} + $count{calls};
}

# The program beside us: its figures.
sub change
{
	my ($self, @arguments) = @_;
	my $instance = $self->{instance};

	local $ENV{BARE_USER} = $TdsMirror::Instance::user;
	local $ENV{BARE_PASSWORD} = $TdsMirror::Instance::password;
	open(my $pipe, '-|', build_folder() . '/bench_write/change', $instance->address, $instance->port, 'bench', $packet_size, $charset,
		@arguments) or die "change: $!\n";
	my %figures = split ' ', <$pipe> // '';
	close $pipe or die "change failed: @arguments\n";
	return \%figures;
}

1;
