# Field.pm: the servers, and the same tables as each client sees them.
#
# One stand-in with the tables, one cluster.  Ours read them in the schema ours,
# tds_fdw in theirs; local has PostgreSQL's own copies, to compare answers with.

package Field;

use strict;
use warnings;
use Backend;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder append_file);

# As the wrapper has them by default.
my $packet_size = 32767;
my $charset = 'UTF-8';

# name, type there, type here
my %columns = (
	sale => [ [ 'id', 'int', 'int' ], [ 'customer', 'int', 'int' ], [ 'quantity', 'int', 'int' ], [ 'amount', 'decimal(18,2)', 'numeric(18,2)' ],
		[ 'day', 'date', 'date' ] ],
	customer => [ [ 'id', 'int', 'int' ], [ 'region', 'int', 'int' ], [ 'name', 'nvarchar(60)', 'varchar(60)' ] ],
);

# What they are filled with, from the stand-in's computed rows.
my %values = (
	sale => 'id, id * CONVERT(bigint, 7919) % %CUSTOMERS% + 1, id * CONVERT(bigint, 104729) % 100, '
	  . "id * CONVERT(bigint, 15485863) % 10000019 / 100.0, DATEADD(day, id % 3000, '2015-01-01')",
	customer => 'id, id % 50, CONCAT(N\'Customer \', id)',
);

sub quote
{
	my ($text) = @_;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

# rows: of sale; customers
sub start
{
	my ($class, %options) = @_;
	my $self = bless { rows => { sale => $options{rows}, customer => $options{customers} } }, $class;

	$self->{instance} = TdsMirror::Instance->start('PUSH');
	$self->{cluster} = TdsMirror::Cluster->start('push', jit => 'off', max_parallel_workers_per_gather => 0,
		shared_buffers => "'256MB'", autovacuum => 'off', log_min_messages => 'error');
	$self->fill;
	$self->{ours} = $self->backend;
	$self->see_ours;
	$self->copy_here;
	$self->{theirs} = $self->backend;
	$self->see_theirs;
	return $self;
}

sub backend
{
	my ($self) = @_;
	my $backend = Backend->start($self->{cluster}->port);

	$backend->query('SET client_min_messages = warning');
	return $backend;
}

sub fill
{
	my ($self) = @_;
	my $instance = $self->{instance};

	$instance->tsql('CREATE DATABASE bench');
	for my $table (sort keys %columns)
	{
		my $list = join ', ', map { "$_->[0] $_->[1] NOT NULL" . ($_->[0] eq 'id' ? ' PRIMARY KEY' : '') } @{ $columns{$table} };
		my $values = $values{$table} =~ s/%CUSTOMERS%/$self->{rows}{customer}/r;

		$instance->tsql("CREATE TABLE dbo.$table ($list)", database => 'bench');
		$instance->tsql("INSERT dbo.$table SELECT $values FROM standin_rows($self->{rows}{$table})", database => 'bench', timeout => 300);
	}
	return;
}

# Of both wrappers: the name there, and its further options.
sub see
{
	my ($self, $backend, $schema, $wrapper, $server, %more) = @_;
	my %server = (%$server, database => 'bench');

	$backend->query("CREATE SERVER $schema FOREIGN DATA WRAPPER $wrapper OPTIONS ("
		  . join(', ', map { "$_ " . quote($server{$_}) } sort keys %server) . ')');
	$backend->query("CREATE USER MAPPING FOR CURRENT_USER SERVER $schema OPTIONS (username " . quote($TdsMirror::Instance::user)
		  . ', password ' . quote($TdsMirror::Instance::password) . ')');
	$backend->query("CREATE SCHEMA $schema");
	for my $table (sort keys %columns)
	{
		my $list = join ', ', map { "$_->[0] " . $more{column}->($_) } @{ $columns{$table} };
		$backend->query("CREATE FOREIGN TABLE $schema.$table ($list) SERVER $schema OPTIONS (schema_name 'dbo', table_name '$table')");
	}
	return;
}

# As IMPORT FOREIGN SCHEMA declares them.
sub see_ours
{
	my ($self) = @_;
	my $instance = $self->{instance};

	$self->{ours}->query('CREATE EXTENSION tds_mirror_fdw');
	$self->see($self->{ours}, 'ours', 'tds_mirror_fdw',
		{ servername => $instance->address . ',' . $instance->port, packet_size => $packet_size },
		column => sub { "$_[0][2] OPTIONS (remote_type '$_[0][1]') NOT NULL" });
	$self->{ours}->query("ANALYZE ours.$_", 300) for sort keys %columns;
	return;
}

# At its best: without asking for an estimate, and with our character set.
sub see_theirs
{
	my ($self) = @_;
	my $instance = $self->{instance};

	if ($self->{theirs}->try('CREATE EXTENSION tds_fdw') ne '')
	{
		print "skip tds_fdw: not installed\n";
		delete $self->{theirs};
		return;
	}
	$self->see($self->{theirs}, 'theirs', 'tds_fdw',
		{ servername => $instance->address, port => $instance->port, tds_version => '7.4', msg_handler => 'blackhole',
			character_set => $charset, use_remote_estimate => 0 },
		column => sub { $_[0][1] eq 'date' ? 'text' : $_[0][2] });
	return;
}

sub copy_here
{
	my ($self) = @_;

	$self->{ours}->query('CREATE SCHEMA local');
	for my $table (sort keys %columns)
	{
		$self->{ours}->query("CREATE TABLE local.$table AS SELECT * FROM ours.$table", 300);
		$self->{ours}->query("ALTER TABLE local.$table ADD PRIMARY KEY (id)", 300);
		$self->{ours}->query("VACUUM (FREEZE, ANALYZE) local.$table", 300);
	}
	return;
}

# The bare program's loop of a request: its line's "word number" pairs.
# parameters: of each, its declaration and its value
sub bare
{
	my ($self, $count, $sql, @parameters) = @_;
	my $instance = $self->{instance};
	my $file = "$ENV{LAB_RUN}/request";

	unlink $file;
	append_file($file, join '', "$sql\n", map { "$_->[0]\t$_->[1]\n" } @parameters);
	local $ENV{BARE_USER} = $TdsMirror::Instance::user;
	local $ENV{BARE_PASSWORD} = $TdsMirror::Instance::password;
	open(my $pipe, '-|', build_folder() . '/bench_push/request', $instance->address, $instance->port, 'bench', $packet_size, $charset,
		$count, $file) or die "request: $!\n";
	my %figures = split ' ', <$pipe> // '';
	close $pipe or die "the bare program failed: $sql\n";
	return \%figures;
}

# Requests that the instance has counted.
sub requests
{
	my ($self) = @_;
	return $self->{instance}->counter('batches') + $self->{instance}->counter('calls');
}

1;
