# TdsMirror/Instance.pm: one stand-in process, a partner or the witness.

package TdsMirror::Instance;

use strict;
use warnings;
use Cwd qw(getcwd);
use IO::Socket::UNIX;
use IPC::Run ();
use POSIX ();
use Socket qw(SOCK_STREAM);
use TdsMirror::Lab qw(build_folder input_of scratch_folder slurp wait_until);

our $user = 'sa';
our $password = 'lab-Secret1';

my @running;

# options: advertise, address, program, more (arrayref of further arguments)
sub start
{
	my ($class, $name, %options) = @_;
	my $self = bless {
		name => $name,
		folder => scratch_folder($options{folder} // "standin-$name"),
		address => $options{address} // '127.0.0.1',
		advertise => $options{advertise} // $name,
		more => $options{more} // [],
		program => $options{program} // build_folder() . '/standin/standin',
		tds => $options{port} // 0,
		endpoint => 0,
	}, $class;

	$self->launch;
	push @running, $self;
	return $self;
}

# Starts the process, the first time on ports that it chooses, later on the same.
sub launch
{
	my ($self) = @_;
	my @command = ($self->{program}, '--name', $self->{name}, '--data', $self->{folder},
		'--address', $self->{address}, '--port', $self->{tds}, '--endpoint-port', $self->{endpoint},
		'--advertise', $self->{advertise}, '--control', 'control', '--login', $user,
		'--plain-login', 'reader', '--minimum-timeout', 1, @{ $self->{more} });
	my $folder = $self->{folder};

	unlink "$folder/ready";
	$self->{pid} = fork() // die "fork: $!\n";
	if ($self->{pid} == 0)
	{
		$ENV{STANDIN_PASSWORD} = $password;
		$ENV{STANDIN_PLAIN_PASSWORD} = $password;
		chdir $folder or POSIX::_exit(1);
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', "$folder/ready");
		open(STDERR, '>>', "$folder/log");
		exec { $command[0] } @command or POSIX::_exit(1);
	}
	wait_until("the stand-in $self->{name} is ready", 20, sub {
		die "the stand-in $self->{name} ended:\n" . slurp("$folder/log") if waitpid($self->{pid}, POSIX::WNOHANG()) > 0;
		return -e "$folder/ready" && slurp("$folder/ready") =~ /^ready tds=(\d+) endpoint=(\d+)$/m
		  && ($self->{tds} = $1) && ($self->{endpoint} = $2);
	});
	return;
}

sub name { return $_[0]{name}; }
sub port { return $_[0]{tds}; }
sub address { return $_[0]{address}; }
sub url { return "TCP://$_[0]{address}:$_[0]{endpoint}"; }

# kill -9
sub kill9
{
	my ($self) = @_;

	kill 'KILL', $self->{pid};
	waitpid($self->{pid}, 0);
}

sub freeze { kill 'STOP', $_[0]{pid}; }
sub thaw { kill 'CONT', $_[0]{pid}; }

# One line of the control language; the answer's lines.
sub control
{
	my ($self, $line) = @_;
	my $here = getcwd();

	# The path of a UNIX socket may have 107 bytes, the folder's may have more.
	chdir $self->{folder} or die "chdir: $!\n";
	my $socket = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => 'control');
	chdir $here;
	die "the stand-in $self->{name} has no control socket: $!\n" unless $socket;
	$socket->print("$line\n");
	$socket->flush;
	my @answer;
	while (defined(my $text = <$socket>))
	{
		chomp $text;
		last if $text eq '.';
		push @answer, $text;
	}
	return @answer;
}

sub counter
{
	my ($self, $name) = @_;
	my ($line) = grep { /^\Q$name\E / } $self->control('counters');

	die "no counter $name\n" unless defined $line;
	return (split ' ', $line)[1];
}

# Runs a T-SQL batch by a client that nobody here wrote, in database; the rows as
# lines with columns separated by "|".
sub tsql
{
	my ($self, $sql, %options) = @_;
	my ($ok, $out, $err) = $self->try_tsql($sql, %options);

	die "$self->{name}: $sql\n$out$err" unless $ok;
	return $out;
}

sub try_tsql
{
	my ($self, $sql, %options) = @_;
	my $in = input_of($sql =~ /^go$/mi ? "$sql\n" : "$sql\ngo\n");
	my ($out, $err) = ('', '');
	my @command = ('bsqldb', '-S', "$self->{address}:$self->{tds}", '-U', $user, '-P', $password,
		'-D', $options{database} // 'master', '-q', '-h', '-t', '|');
	my $ok = eval {
		IPC::Run::run(\@command, '<', $in, '>', \$out, '2>', \$err,
			IPC::Run::timeout($options{timeout} // 120));
	};

	$ok = 0 if $err =~ /Msg \d+|error/i;
	$out =~ s/[ \t]+(?=\||$)//mg;
	chomp $out;
	return ($ok, $out, $err);
}

sub stop
{
	my ($self) = @_;

	@running = grep { $_ != $self } @running;
	kill 'CONT', $self->{pid};
	$self->kill9;
}

END
{
	my $status = $?;
	$_->stop for @running;
	$? = $status;
}

1;
