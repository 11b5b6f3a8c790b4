# TdsMirror/Roles.pm: what partners say of a mirrored database, and what they refuse.

package TdsMirror::Roles;

use strict;
use warnings;
use POSIX ();
use Test::More;
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);

my @columns = qw(role_desc state_desc role_sequence guid safety_level_desc safety_sequence partner_name
	partner_instance witness_name witness_state witness_state_desc connection_timeout);

sub new
{
	my ($class, $pair) = @_;
	return bless { pair => $pair, database => $pair->database }, $class;
}

# The row of sys.database_mirroring without "mirroring_" in its names.
sub row
{
	my ($self, $instance) = @_;
	my @select = map { "ISNULL(CAST(mirroring_$_ AS nvarchar(128)), N'NULL')" } @columns;
	my $line = $instance->tsql('SELECT ' . join(', ', @select)
		  . " FROM sys.database_mirroring WHERE database_id = DB_ID('$self->{database}')");
	my %row;

	@row{@columns} = map { s/^\s+|\s+$//gr } split /\|/, $line, -1;
	return %row;
}

sub value
{
	my ($self, $instance, $column) = @_;
	my %row = $self->row($instance);
	return $row{$column};
}

# "ROLE STATE SEQUENCE" of the instances, both partners when none is named.
sub where
{
	my ($self, @instances) = @_;
	my @words;

	@instances = ($self->{pair}->a, $self->{pair}->b) unless @instances;
	for my $instance (@instances)
	{
		my %row = $self->row($instance);
		push @words, "$row{role_desc} $row{state_desc} $row{role_sequence}";
	}
	return join ', ', @words;
}

sub status
{
	my ($self, $instance) = @_;
	my $word = $instance->tsql("SELECT state_desc FROM sys.databases WHERE name = '$self->{database}'");
	return $word =~ s/\s+//gr;
}

sub ids
{
	my ($self, $instance) = @_;
	return join ' ', split /\s+/, $instance->tsql('SELECT id FROM dbo.t ORDER BY id', database => $self->{database}) =~ s/^\s+//r;
}

# The numbers of the errors that a batch gets.
sub errors
{
	my ($self, $instance, $sql, %options) = @_;
	my (undef, $out, $err) = $instance->try_tsql($sql, %options);
	return "$out\n$err" =~ /^Msg (\d+), Level (?:1[1-9]|2\d)/mg;
}

sub set
{
	my ($self, $instance, $option) = @_;
	$instance->tsql("ALTER DATABASE $self->{database} SET $option");
	return;
}

# A test: SET option is refused with the error.
sub refused
{
	my ($self, $instance, $option, $number, $name, %options) = @_;
	my $database = $options{database} // $self->{database};
	my ($first) = $self->errors($instance, "ALTER DATABASE [$database] SET $option");

	return is($first, $number, "$name: $number");
}

# A test: within ten seconds the instance has that role and state.
sub become
{
	my ($self, $instance, $role, $state, $name) = @_;
	my %row;
	my $good = eval {
		wait_until($name, 10, sub {
			%row = $self->row($instance);
			return $row{role_desc} eq $role && $row{state_desc} eq $state;
		});
	};
	return ok($good, $name) || diag("$instance->{name}: $row{role_desc} $row{state_desc}");
}

# A test: both partners show the value, the mirror in a moment.
sub agree
{
	my ($self, $column, $value, $name) = @_;
	my @values;
	my $good = eval {
		wait_until($name, 10, sub {
			@values = map { $self->value($_, $column) } $self->{pair}->a, $self->{pair}->b;
			return $values[0] eq $value && $values[1] eq $value;
		});
	};
	return ok($good, "$name: both say so") || diag("@values");
}

# A batch in a process of its own; ended_well() says whether it ended without an error.
sub background
{
	my ($self, $instance, $sql, %options) = @_;
	my $child = fork() // die "fork: $!\n";

	if ($child == 0)
	{
		my ($ok) = $instance->try_tsql($sql, timeout => 60, %options);
		POSIX::_exit($ok ? 0 : 1);
	}
	return $child;
}

sub ended_well
{
	my ($self, $child) = @_;
	waitpid($child, 0);
	return $? == 0;
}

1;
