# Scene.pm: the servers that the examples of a page talk to.
#
# Pages speak of hosts, passwords and logins as users know them; here these become
# the laboratory's own, and in answers back again.

package Scene;

use strict;
use warnings;
use IPC::Run ();
use TdsMirror::Instance;
use TdsMirror::Lab qw(input_of slurp);
use TdsMirror::Pair;
use TdsMirror::Psql;

# Begins a page: a database of its own, and a pair that nobody has failed over.
sub new
{
	my ($class, $cluster, $name, $folder) = @_;
	my $self = bless { cluster => $cluster, database => $name, folder => $folder }, $class;

	$cluster->sql("CREATE DATABASE $name");
	$self->{pair} = TdsMirror::Pair->start(prefix => 'docs-', witness => 1,
		script => slurp("$folder/setup/erp.tsql"));
	$self->{port}{a} = $self->{pair}->a->port;
	$self->{port}{b} = $self->{pair}->b->port;
	$self->open;
	return $self;
}

sub open
{
	my ($self) = @_;
	$self->{psql} = TdsMirror::Psql->new($self->{cluster}->port, database => $self->{database},
		aligned => 1, merged => 1, name => 'docs-check', timeout => 60);
	return;
}

# Leaves nothing behind: roles belong to the cluster, so they go too.
sub close
{
	my ($self) = @_;
	my $cluster = $self->{cluster};

	$self->{psql}->quit;
	$cluster->sql("DROP DATABASE $self->{database} WITH (FORCE)");
	my $roles = $cluster->sql("SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles "
		  . "WHERE rolname <> 'lab' AND rolname !~ '^pg_'");
	$cluster->sql("DROP ROLE $roles") if length $roles;
	$self->{pair}->stop;
	return;
}

sub to_lab
{
	my ($self, $text) = @_;

	for my $partner (qw(a b))
	{
		my $address = '127.0.0.1';
		my $port = $self->{port}{$partner};
		$text =~ s/sql-$partner\.example\.com([,:])1433/$address$1$port/g;
		$text =~ s/sql-$partner\.example\.com(?![,:\\])/$address,$port/g;
	}
	$text =~ s/'(?:erp_app|reader)'/'$TdsMirror::Instance::user'/g;
	$text =~ s/'auditor'/'reader'/g;
	$text =~ s/'secret'/'$TdsMirror::Instance::password'/g;
	return $text;
}

sub from_lab
{
	my ($self, $text) = @_;

	for my $partner (qw(a b))
	{
		my $port = $self->{port}{$partner};
		$text =~ s/127\.0\.0\.1([,:])$port/sql-$partner.example.com${1}1433/g;
	}
	$text =~ s/\Q$TdsMirror::Instance::password\E/secret/g;
	return $text;
}

# What psql prints for these statements, errors where they occur.
sub sql
{
	my ($self, $sql) = @_;
	my (undef, $out) = $self->{psql}->try($self->to_lab($sql));
	return $self->from_lab($out);
}

sub tsql
{
	my ($self, $sql) = @_;
	my $instance = $self->{pair}->principal // die "nobody is principal\n";
	my @command = ('tsql', '-o', 'fhq', '-H', $instance->address, '-p', $instance->port, '-D', 'erp',
		'-U', $TdsMirror::Instance::user, '-P', $TdsMirror::Instance::password);
	my $out = '';

	$sql = $self->to_lab($sql) =~ s/\s*\z/\ngo\n/r unless $sql =~ /^go$/mi;
	my $ok = IPC::Run::run(\@command, '<', input_of($sql), '>', \$out, '2>&1', IPC::Run::timeout(60));
	return ($ok && $out !~ /^Msg \d+ \(severity (?:1[1-9]|2\d)/m, $out);
}

# The notes of a page that do something.
sub act
{
	my ($self, $note) = @_;
	my $pair = $self->{pair};
	my ($what, $rest) = split ' ', $note, 2;
	my %does = (
		setup => sub { $self->setup($rest) },
		wait => sub { $rest eq 'synchronized' ? $pair->wait_synchronized : $pair->wait_principal($pair->{ lc $rest }) },
		kill => sub { $pair->{ lc $rest }->kill9 },
		start => sub { $pair->{ lc $rest }->launch },
		control => sub { my ($who, $line) = split ' ', $rest, 2; $pair->{ lc $who }->control($line) });

	die "nobody knows what \"$note\" means\n" unless $does{$what};
	$does{$what}->();
	return;
}

sub setup
{
	my ($self, $name) = @_;
	my $out = $self->sql(slurp("$self->{folder}/setup/$name.sql"));

	die "setup $name:\n$out\n" if $out =~ /^(?:psql:\S+ )?(?:ERROR|FATAL):/m;
	return;
}

1;
