# TdsMirror/Pair.pm: two partners and, if asked, a witness; a mirrored database.

package TdsMirror::Pair;

use strict;
use warnings;
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);

# options: witness, database (default "erp"), script (T-SQL for the database, run
# before it is mirrored), prefix (of the folders), a/b (options of the partners)
sub start
{
	my ($class, %options) = @_;
	my $prefix = $options{prefix} // '';
	my $self = bless { database => $options{database} // 'erp' }, $class;

	for my $name (qw(A B), $options{witness} ? 'W' : ())
	{
		$self->{ lc $name } = TdsMirror::Instance->start($name, folder => "$prefix$name",
			%{ $options{ lc $name } // {} });
	}
	$self->{a}->tsql("CREATE DATABASE [$self->{database}]");
	$self->{a}->tsql($options{script}, database => $self->{database}) if $options{script};
	$self->mirror unless $options{plain};
	return $self;
}

# Sets up mirroring with A as principal, as an administrator would.
sub mirror
{
	my ($self) = @_;
	my ($a, $b, $w) = @{$self}{qw(a b w)};

	$b->tsql("ALTER DATABASE [$self->{database}] SET PARTNER = '" . $a->url . "'");
	$a->tsql("ALTER DATABASE [$self->{database}] SET PARTNER = '" . $b->url . "'");
	$self->wait_synchronized;
	if ($w)
	{
		$a->tsql("ALTER DATABASE [$self->{database}] SET WITNESS = '" . $w->url . "'");
		$self->wait_witness;
	}
	return;
}

sub a { return $_[0]{a}; }
sub b { return $_[0]{b}; }
sub witness { return $_[0]{w}; }
sub database { return $_[0]{database}; }

# What a partner says about the database, a hash of the columns asked for.
sub state_of
{
	my ($self, $instance) = @_;
	my @names = qw(role_desc state_desc role_sequence witness_state_desc);
	my ($ok, $out) = $instance->try_tsql('SELECT ' . join(', ', map { "mirroring_$_" } @names)
		  . " FROM sys.database_mirroring WHERE database_id = DB_ID('$self->{database}')");
	my %state;

	@state{@names} = map { s/^\s+|\s+$//gr } split /\|/, $out if $ok && $out =~ /\|/;
	return \%state;
}

# The instance that says it is principal; undef when none does.
sub principal
{
	my ($self) = @_;

	for my $instance ($self->{a}, $self->{b})
	{
		next unless kill 0, $instance->{pid};
		my $state = $self->state_of($instance);
		return $instance if ($state->{role_desc} // '') eq 'PRINCIPAL';
	}
	return;
}

sub mirror_of
{
	my ($self) = @_;
	my $principal = $self->principal or return;
	return $principal == $self->{a} ? $self->{b} : $self->{a};
}

sub wait_synchronized
{
	my ($self, $seconds) = @_;

	wait_until('the partners are synchronized', $seconds // 30, sub {
		my $principal = $self->principal or return 0;
		return $self->state_of($principal)->{state_desc} eq 'SYNCHRONIZED';
	});
}

sub wait_witness
{
	my ($self, $seconds) = @_;

	wait_until('the witness is connected', $seconds // 30, sub {
		my $principal = $self->principal or return 0;
		return ($self->state_of($principal)->{witness_state_desc} // '') eq 'CONNECTED';
	});
}

# Until instance serves the database as principal.
sub wait_principal
{
	my ($self, $instance, $seconds) = @_;

	wait_until("$instance->{name} is principal", $seconds // 30, sub {
		return 0 unless ($self->state_of($instance)->{role_desc} // '') eq 'PRINCIPAL';
		my ($ok) = $instance->try_tsql('SELECT 1', database => $self->{database});
		return $ok;
	});
}

# Makes the mirror of a principal that is gone the principal; it must have missed that one first.
sub force_service
{
	my ($self, $mirror) = @_;

	wait_until("$mirror->{name} misses its principal", 30, sub { ($self->state_of($mirror)->{state_desc} // '') eq 'DISCONNECTED' });
	$mirror->tsql("ALTER DATABASE [$self->{database}] SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS");
	return;
}

sub stop
{
	my ($self) = @_;
	$_->stop for grep { defined } @{$self}{qw(a b w)};
}

1;
