# Client.pm: runs a program that talks to a stand-in, and keeps what it said.

package Client;

use strict;
use warnings;
use Exporter 'import';
use File::Spec;
use IPC::Run ();
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder input_of);

our @EXPORT_OK = qw(found run_client tsql_command bsqldb_command skip_all write_file relay);

# The whole path of a program, undef when it is not installed.
sub found
{
	my ($program) = @_;
	my ($path) = grep { -x } map { "$_/$program" } File::Spec->path;
	return $path;
}

# (exit status, standard output, standard error); input may be undef.
sub run_client
{
	my ($command, $input, %options) = @_;
	my ($out, $err) = ('', '');
	my $harness = IPC::Run::start($command, '<', input_of($input // ''), '>', \$out, '2>', \$err,
		IPC::Run::timeout($options{timeout} // 120));

	IPC::Run::finish($harness);
	return ($harness->result(0), $out, $err);
}

sub tsql_command
{
	my ($instance, $database, %options) = @_;
	return [ 'tsql', '-H', $instance->address, '-p', $instance->port, '-D', $database, '-o', $options{output} // 'q',
		'-U', $TdsMirror::Instance::user, '-P', $options{password} // $TdsMirror::Instance::password ];
}

sub bsqldb_command
{
	my ($instance, $database, @more) = @_;
	return [ 'bsqldb', '-S', $instance->address . ':' . $instance->port, '-D', $database,
		'-U', $TdsMirror::Instance::user, '-P', $TdsMirror::Instance::password, @more ];
}

# Ends a program that cannot run here; run.pl prints the reason.
sub skip_all
{
	my ($why) = @_;
	print "1..0 # SKIP $why\n";
	exit 0;
}

sub write_file
{
	my ($path, $text) = @_;
	open(my $file, '>', $path) or die "cannot write $path: $!\n";
	print $file $text;
	close $file or die "cannot write $path: $!\n";
	return $path;
}

# A test program in another language takes over: it is told of the pair by its
# environment, and its lines of TAP are ours.
sub relay
{
	my ($pair, @command) = @_;

	for my $name (qw(a b))
	{
		my $instance = $pair->$name;
		$ENV{ "PARTNER_" . uc $name } = join ' ', $instance->address, $instance->port, $instance->{pid};
	}
	$ENV{PARTNER_DATABASE} = $pair->database;
	$ENV{PARTNER_USER} = $TdsMirror::Instance::user;
	$ENV{PARTNER_PASSWORD} = $TdsMirror::Instance::password;
	$ENV{CLIENT_MODULES} = build_folder() . '/clients/node_modules';
	my $harness = IPC::Run::start(\@command, '<', '/dev/null', '>', sub { print $_[0] }, '2>', sub { print STDERR $_[0] },
		IPC::Run::timeout(300));
	$harness->finish;
	my $status = $harness->result;
	die "$command[0] ended with status $status\n" if $status;
	return;
}

1;
