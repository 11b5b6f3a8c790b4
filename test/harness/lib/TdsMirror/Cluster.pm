# TdsMirror/Cluster.pm: a scratch PostgreSQL cluster from build/root.

package TdsMirror::Cluster;

use strict;
use warnings;
use IPC::Run ();
use TdsMirror::Lab qw(bindir scratch_folder free_port append_file slurp);
use TdsMirror::Psql;

my @running;

# settings: of postgresql.conf; and "program", which is run instead of postgres
sub start
{
	my ($class, $name, %settings) = @_;
	my $program = delete $settings{program};
	my $self = bless { folder => scratch_folder($name), port => free_port() }, $class;
	my $data = "$self->{folder}/data";

	$self->run(bindir() . '/initdb', '-D', $data, '-U', 'lab', '-A', 'trust',
		'-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
	append_file("$data/postgresql.conf", join('', map { "$_\n" }
		  "port = $self->{port}",
		  "listen_addresses = '127.0.0.1'",
		  "unix_socket_directories = ''",
		  "fsync = off",
		  "timezone = 'UTC'",
		  "log_line_prefix = '%m [%p] %e '",
		  map { "$_ = $settings{$_}" } sort keys %settings));
	$self->run(bindir() . '/pg_ctl', '-D', $data, '-w', '-s', '-l', "$self->{folder}/log",
		$program ? ('-p', $program) : (), 'start');
	push @running, $self;
	return $self;
}

sub stop
{
	my ($self) = @_;

	@running = grep { $_ != $self } @running;
	$self->run(bindir() . '/pg_ctl', '-D', "$self->{folder}/data", '-w', '-s', '-m', 'immediate', 'stop');
}

# Runs a program with its output in the cluster's folder.
sub run
{
	my ($self, @command) = @_;
	my $log = "$self->{folder}/commands.log";

	return if IPC::Run::run(\@command, '<', '/dev/null', '>', $log, '2>&1');
	die "$command[0] failed:\n" . slurp($log);
}

sub port { return $_[0]{port}; }
sub log_file { return "$_[0]{folder}/log"; }

# A session that stays open; see TdsMirror/Psql.pm.
sub session
{
	my ($self, %options) = @_;
	return TdsMirror::Psql->new($self->{port}, %options);
}

# One statement, one answer, in a session of its own.
sub sql
{
	my ($self, $sql) = @_;
	my $session = $self->session;
	my $answer = $session->query($sql);

	$session->quit;
	return $answer;
}

END
{
	my $status = $?;
	$_->stop for @running;
	$? = $status;
}

1;
