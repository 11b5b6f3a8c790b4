# Peers.pm: the clients measured beside ours, in the same words.
#
# A runner has begin(): ready to ask, with a connection that was used before (open),
# with none but knowing the pair (known), or knowing nothing; ask(): the statement
# goes out; result(cap): milliseconds, or
# {what, ms} when there was none; end().  What hangs beyond the cap is killed.
# handle(), answered() and is_gone() are for those who wait for several.

package Peers;

use strict;
use warnings;
use Backend;
use IO::Select;
use IPC::Open2;
use TdsMirror::Instance;

package Peers::Sql;

# A statement in a backend: ours, and tds_fdw's.
sub new
{
	my ($class, $cluster, $sql, %options) = @_;
	return bless { cluster => $cluster, sql => $sql, before => $options{before}, kill => $options{kill} }, $class;
}

sub begin
{
	my ($self, %options) = @_;

	$self->{before}->() if $self->{before} && !$options{open} && !$options{known};
	$self->{backend} = Backend->start($self->{cluster}->port);
	$self->{backend}->query($self->{sql}) if $options{open};
	return;
}

sub ask { $_[0]{backend}->send($_[0]{sql}); return; }

sub result
{
	my ($self, $cap) = @_;
	my $backend = $self->{backend};
	my $left = $cap - (Backend::now() - $backend->{sent});

	if (!$backend->finish($left > 0 ? $left : 0.001))
	{
		kill $self->{kill}, $backend->{pid} if $self->{kill};
		$backend->quit;
		return { what => sprintf('>%g s', $cap), ms => 1000 * $cap };
	}
	@{$self}{qw(first value)} = ($backend->{first}, ($backend->answer)[1]);
	return $backend->milliseconds
	  // { what => 'error ' . ($backend->{state} // 'closed'), ms => 1000 * ($backend->{ended} - $backend->{sent}) };
}

sub end { $_[0]{backend}->quit; return; }

# Where the answer comes from; has it come; is there nobody to ask any more?
sub handle { return $_[0]{backend}{socket}; }
sub answered { my ($self) = @_; $self->{backend}->pump; return $self->{backend}->finished; }
sub is_gone { return $_[0]{backend}{closed}; }

package Peers::Pytds;

sub new
{
	my ($class, $stage, $python) = @_;
	return bless { stage => $stage, python => $python }, $class;
}

sub begin
{
	my ($self, %options) = @_;
	my $stage = $self->{stage};
	local @ENV{ map { "PEER_$_" } qw(SERVER PARTNER PORT DATABASE USER PASSWORD) } = (
		$stage->{a}->address, $stage->{b}->address, $stage->{port}, 'erp',
		$TdsMirror::Instance::user, $TdsMirror::Instance::password);

	delete @{$self}{qw(in out)};	# handles that are given would be taken, a copy's too
	$self->{pid} = IPC::Open2::open2($self->{out}, $self->{in}, $self->{python}, "$FindBin::Bin/peer.py");
	$self->{in}->autoflush(1);
	readline $self->{out};
	if ($options{open})
	{
		print { $self->{in} } "open\n";
		readline $self->{out};
	}
	return;
}

sub ask
{
	my ($self) = @_;

	$self->{sent} = Backend::now();
	print { $self->{in} } "ask\n";
	return;
}

sub result
{
	my ($self, $cap) = @_;
	my $left = $cap - (Backend::now() - $self->{sent});

	if (!IO::Select->new($self->{out})->can_read($left > 0 ? $left : 0.001))
	{
		$self->end;
		return { what => sprintf('>%g s', $cap), ms => 1000 * $cap };
	}
	my ($start, $end, $kind, $value) = split ' ', readline($self->{out}) // '0 0 error died', 4;
	chomp $value;
	@{$self}{qw(first value)} = ($end, $value);
	return $kind eq 'row' ? 1000 * ($end - $start) : { what => "error $value", ms => 1000 * ($end - $start) };
}

sub handle { return $_[0]{out}; }
sub answered { return 1; }
sub is_gone { return 0; }

sub end
{
	my ($self) = @_;

	return unless $self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	close $self->{$_} for qw(in out);
	delete $self->{pid};
	return;
}

1;
