# TdsMirror/Psql.pm: a psql session that stays open between statements.
#
# query() dies on an ERROR; try() returns (ok, output, error text, SQLSTATE).  A
# "merged" session has its errors in the output, as a user sees them; a "separated"
# one ends fields and rows by the characters that ASCII has for it.

package TdsMirror::Psql;

use strict;
use warnings;
use IPC::Run ();
use TdsMirror::Lab qw(bindir);

sub new
{
	my ($class, $port, %options) = @_;
	my $self = bless { in => '', out => '', err => '', count => 0, merged => $options{merged} }, $class;
	my @command = (bindir() . '/psql', '-X', '-q', '-A', '-t', '-h', '127.0.0.1', '-p', $port,
		'-U', $options{user} // 'lab', '-d', $options{database} // 'postgres',
		'-v', 'VERBOSITY=' . ($options{merged} ? 'default' : 'verbose'), '-v', 'ON_ERROR_STOP=0');

	@command = grep { $_ ne '-A' && $_ ne '-t' } @command if $options{aligned};
	push @command, '-F', "\x1f", '-R', "\x1e" if $options{separated};
	local $ENV{PGAPPNAME} = $options{name} // 'lab';
	$self->{timer} = IPC::Run::timeout($options{timeout} // 180);
	$self->{harness} = IPC::Run::start(\@command, '<', \$self->{in}, '>', \$self->{out},
		$options{merged} ? '2>&1' : ('2>', \$self->{err}), $self->{timer});
	return $self;
}

sub send
{
	my ($self, $sql) = @_;
	my $mark = 'mark' . ++$self->{count} . '.';

	$self->{out} = $self->{err} = '';
	$self->{mark} = $mark;
	$sql =~ s/[;\s]*\z/$self->{merged} ? "\n;" : ';'/e unless $sql =~ /\A\\/;
	$self->{in} .= "$sql\n\\echo $mark\n" . ($self->{merged} ? '' : "\\warn $mark\n");
	$self->{harness}->pump_nb;
	return;
}

# Waits for the answer of the last send().
sub finish
{
	my ($self) = @_;
	my $mark = $self->{mark};

	$self->{timer}->start;
	$self->{harness}->pump
	  until $self->{out} =~ /^\Q$mark\E\n/m && ($self->{merged} || $self->{err} =~ /^\Q$mark\E\n/m);
	$self->{timer}->reset;
	(my $out = $self->{out}) =~ s/^\Q$mark\E\n//m;
	(my $err = $self->{err}) =~ s/^\Q$mark\E\n//m;
	chomp $out;
	my ($state) = $err =~ /^(?:psql:\S+ )?(?:ERROR|FATAL):\s+(\w{5}):/m;
	return (!defined $state, $out, $err, $state // '');
}

sub try
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->finish;
}

sub query
{
	my ($self, $sql) = @_;
	my ($ok, $out, $err) = $self->try($sql);

	die "$sql\n$err" unless $ok;
	return $out;
}

# What the last statement printed besides rows (NOTICE, LOG, ERROR).
sub messages { return $_[0]{err}; }

sub backend
{
	my ($self) = @_;
	return $self->{backend} //= $self->query('SELECT pg_backend_pid()');
}

# The number of open file descriptors and the resident kilobytes of the backend.
sub footprint
{
	my ($self) = @_;
	my $pid = $self->backend;
	my @fds = glob("/proc/$pid/fd/*");
	open(my $status, '<', "/proc/$pid/status") or die "backend $pid is gone\n";
	my ($rss) = join('', <$status>) =~ /^VmRSS:\s+(\d+)/m;

	return (scalar @fds, $rss);
}

sub quit
{
	my ($self) = @_;

	return unless $self->{harness};
	$self->{in} .= "\\q\n";
	eval { $self->{harness}->finish; };
	delete $self->{harness};
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);
	$self->{harness}->kill_kill(grace => 1) if $self->{harness};
}

1;
