# TdsMirror/Certificates.pm: authorities, and certificates that they sign, good and bad.

package TdsMirror::Certificates;

use strict;
use warnings;
use IPC::Run ();
use TdsMirror::Lab qw(scratch_folder append_file slurp);

# An authority of its own; name is that of its folder.
sub new
{
	my ($class, $name) = @_;
	my $self = bless { folder => scratch_folder($name), name => $name }, $class;
	my $folder = $self->{folder};

	append_file("$folder/index.txt", '');
	append_file("$folder/index.txt.attr", "unique_subject = no\n");
	append_file("$folder/serial", "01\n");
	append_file("$folder/ca.cnf", <<"END");
[ca]
default_ca = authority
[authority]
database = $folder/index.txt
serial = $folder/serial
new_certs_dir = $folder
certificate = $folder/ca.pem
private_key = $folder/ca.key
default_md = sha256
policy = anything
copy_extensions = copy
[anything]
commonName = supplied
END
	$self->openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 30, '-subj', "/CN=$name",
		'-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
		'-keyout', "$folder/ca.key", '-out', "$folder/ca.pem");
	return $self;
}

sub file { return "$_[0]{folder}/ca.pem"; }

# A certificate for these names ("DNS:...", "IP:..."); options: from and until, as
# openssl has them.  The arguments by which a stand-in uses it, but for --tls.
sub issue
{
	my ($self, $name, $names, %options) = @_;
	my $base = "$self->{folder}/$name";
	my $from = $options{from} // '20200101000000Z';
	my $until = $options{until} // '20491231000000Z';

	$self->openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', "/CN=$name",
		'-addext', 'subjectAltName=' . join(',', @$names), '-keyout', "$base.key", '-out', "$base.csr");
	$self->openssl('ca', '-batch', '-config', "$self->{folder}/ca.cnf", '-startdate', $from,
		'-enddate', $until, '-in', "$base.csr", '-out', "$base.pem", '-notext');
	return ('--certificate', "$base.pem", '--key', "$base.key");
}

sub openssl
{
	my ($self, @arguments) = @_;
	my $log = "$self->{folder}/openssl.log";

	return if IPC::Run::run([ 'openssl', @arguments ], '<', '/dev/null', '>', $log, '2>&1');
	die "openssl $arguments[0] failed:\n" . slurp($log);
}

1;
