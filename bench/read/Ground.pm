# Ground.pm: the servers, and the same tables as each client sees them.
#
# One stand-in with the tables, one cluster.  Ours read them in the schema plain,
# and in the schema typed with the option remote_type; theirs are tds_fdw's; local
# has PostgreSQL's own copies.  Every client has a backend of its own.

package Ground;

use strict;
use warnings;
use Backend;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder slurp);

our @EXPORT_OK = qw(quote);
use Exporter 'import';

# The wrapper's own.
my $packet_size = 32767;
my $charset = 'UTF-8';

# name, type there, type here, type for tds_fdw where that is another
my %columns = (
	wide => [
		[ 'id', 'int', 'int' ],
		[ 'number', 'int', 'int' ],
		[ 'amount', 'decimal(18,2)', 'numeric(18,2)' ],
		[ 'moment', 'datetime2(6)', 'timestamp(6)' ],
		[ 'code', 'varchar(20)', 'varchar(20)' ],
		[ 'name', 'nvarchar(200)', 'varchar(200)' ],
		[ 'flag', 'bit', 'boolean' ],
		[ 'ratio', 'float', 'float8' ],
		[ 'guid', 'uniqueidentifier', 'uuid' ],
	],
	words => [
		[ 'id', 'int', 'int' ],
		[ 'word', 'nvarchar(20)', 'varchar(20)' ],
		[ 'line', 'nvarchar(60)', 'varchar(60)' ],
		[ 'note', 'nvarchar(120)', 'varchar(120)' ],
		[ 'story', 'nvarchar(200)', 'varchar(200)' ],
	],
);

# What the tables are filled with, from the stand-in's computed rows.
my %values = (
	wide => '*',
	words => q{id, LEFT(name, 10 + id % 11), name, name + N', ' + name + N'.', }
	  . q{LEFT(REPLICATE(name + N' ', 8), 100 + id % 101)},
);

sub quote
{
	my ($text) = @_;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

sub start
{
	my ($class, %options) = @_;
	my $self = bless { rows => { wide => $options{wide}, words => $options{words} } }, $class;

	$self->{instance} = TdsMirror::Instance->start('READ');
	$self->{cluster} = TdsMirror::Cluster->start('read', jit => 'off', max_parallel_workers_per_gather => 0,
		shared_buffers => "'512MB'", autovacuum => 'off', restart_after_crash => 'on', log_min_messages => 'error');
	$self->fill;
	$self->{ours} = $self->backend;
	$self->see_ours;
	$self->see_theirs;
	$self->copy_here;
	return $self;
}

sub fill
{
	my ($self) = @_;

	$self->{instance}->tsql('CREATE DATABASE bench');
	for my $table (sort keys %columns)
	{
		$self->{instance}->tsql("CREATE TABLE $table (" . columns_there($table) . ')', database => 'bench');
		$self->{instance}->tsql("INSERT $table SELECT $values{$table} FROM standin_rows($self->{rows}{$table})",
			database => 'bench', timeout => 300);
	}
	return;
}

# A backend, ready to measure.
sub backend
{
	my ($self) = @_;
	my $backend = Backend->start($self->{cluster}->port);

	$backend->query('SET client_min_messages = warning');
	return $backend;
}

# A foreign server of ours; options: any of its options, undef leaves one out.
sub add_server
{
	my ($self, $name, $instance, %options) = @_;
	my %server = (servername => $instance->address . ',' . $instance->port, database => 'bench', %options);
	my $list = join ', ', map { "$_ " . quote($server{$_}) } grep { defined $server{$_} } sort keys %server;

	$self->{ours}->query("CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS ($list)");
	$self->{ours}->query("CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (username "
		  . quote($TdsMirror::Instance::user) . ', password ' . quote($TdsMirror::Instance::password) . ')');
	return;
}

# The definitions of a table's columns, there and here.
sub columns_there
{
	my ($table) = @_;
	return join ', ', map { "$_->[0] $_->[1]" . ($_->[0] eq 'id' ? ' NOT NULL PRIMARY KEY' : '') } @{ $columns{$table} };
}

sub columns_here
{
	my ($table, %options) = @_;
	return join ', ', map {
		"$_->[0] $_->[2]" . ($options{typed} ? ' OPTIONS (remote_type ' . quote($_->[1]) . ')' : '')
	} @{ $columns{$table} };
}

sub see_ours
{
	my ($self) = @_;
	my $backend = $self->{ours};

	$backend->query('CREATE EXTENSION tds_mirror_fdw');
	$self->add_server('bench', $self->{instance}, packet_size => $packet_size);
	for my $schema (qw(plain typed))
	{
		$backend->query("CREATE SCHEMA $schema");
		for my $table (sort keys %columns)
		{
			my $list = columns_here($table, typed => $schema eq 'typed');
			$backend->query("CREATE FOREIGN TABLE $schema.$table ($list) SERVER bench OPTIONS (table_name '$table')");
		}
	}
	return;
}

# At its best: without asking for an estimate, and with our character set.  Dates
# of TDS 7.3 and later come to it as text that no date type takes.
sub see_theirs
{
	my ($self) = @_;
	my $backend = $self->backend;
	my $instance = $self->{instance};

	if ($backend->try('CREATE EXTENSION tds_fdw') ne '')
	{
		print "skip tds_fdw: not installed\n";
		return $backend->quit;
	}
	$backend->query('CREATE SERVER theirs FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername ' . quote($instance->address)
		  . ", port '" . $instance->port . "', database 'bench', tds_version '7.4', msg_handler 'blackhole', "
		  . "character_set '$charset', use_remote_estimate '0')");
	$backend->query('CREATE USER MAPPING FOR CURRENT_USER SERVER theirs OPTIONS (username ' . quote($TdsMirror::Instance::user)
		  . ', password ' . quote($TdsMirror::Instance::password) . ')');
	$backend->query('CREATE SCHEMA theirs');
	for my $table (sort keys %columns)
	{
		my $list = join ', ', map { "$_->[0] " . ($_->[1] =~ /^date/ ? 'text' : $_->[2]) } @{ $columns{$table} };
		$backend->query("CREATE FOREIGN TABLE theirs.$table ($list) SERVER theirs OPTIONS (table_name '$table')");
	}
	$self->{theirs} = $backend;
	return;
}

# Local copies, and empty ones.
sub copy_here
{
	my ($self) = @_;

	$self->{ours}->query('CREATE SCHEMA local; CREATE SCHEMA empty');
	for my $table (sort keys %columns)
	{
		$self->{ours}->query("CREATE TABLE local.$table AS SELECT * FROM plain.$table");
		$self->{ours}->query("VACUUM (FREEZE, ANALYZE) local.$table");
		$self->{ours}->query("CREATE TABLE empty.$table (LIKE local.$table)");
	}
	return;
}

# A program beside the clients: its line's "word number" pairs.  options: under,
# the command that runs it.
sub program
{
	my ($self, $name, $options, @arguments) = @_;
	my $instance = $self->{instance};

	local $ENV{BARE_USER} = $TdsMirror::Instance::user;
	local $ENV{BARE_PASSWORD} = $TdsMirror::Instance::password;
	open(my $pipe, '-|', @{ $options->{under} // [] }, build_folder() . "/bench_read/$name", $instance->address, $instance->port, 'bench',
		$packet_size, $charset, @arguments) or die "$name: $!\n";
	my %figures = split ' ', <$pipe> // '';
	close $pipe or die "$name failed: @arguments\n";
	return \%figures;
}

# Seconds of CPU that a backend has used.
sub cpu_of
{
	my ($backend) = @_;
	return (split ' ', slurp("/proc/$backend->{pid}/schedstat"))[0] / 1e9;
}

# What a statement costs its backend, in seconds of CPU.
sub cost
{
	my ($backend, $sql) = @_;
	my $before = cpu_of($backend);

	$backend->query($sql, 600);
	return cpu_of($backend) - $before;
}

# Requests and connections that an instance has counted.
sub contacts
{
	my ($instance) = @_;
	my %count = map { split ' ' } $instance->control('counters');
	return \%count;
}

1;
