# Peers.pm: other clients read the same table, where they lose nothing.
#
# A peer is told where the server is and what to expect by a file, and prints a
# line "wrong ..." for each value that is another one, and "read N" in the end.

package Peers;

use strict;
use warnings;
use JSON::PP;
use TdsMirror::Lab qw(build_folder scratch_folder slurp);
use TdsMirror::Instance;

# name => [why it cannot run here, command]
sub command_of
{
	my ($name, $folder) = @_;

	if ($name eq 'pytds')
	{
		my $python = '/usr/bin/python3';    # of the distribution, whose package it is

		return ("$python is not installed") unless -x $python;
		return ('python3-tds is not installed') if `$python -c 'import pytds' 2>&1` =~ /ModuleNotFoundError/;
		return (undef, $python, "$folder/peer_pytds.py");
	}
	my ($node) = grep { -x } map { "$_/node" } split /:/, $ENV{PATH};
	my $modules = build_folder() . '/clients';

	return ('node is not installed') unless $node;
	return ('the modules are not installed: ' . slurp("$modules/why") =~ s/\s+\z//r) if -e "$modules/why";
	return ('the modules are not installed: make client-modules does it') unless -d "$modules/node_modules/tedious";
	$ENV{CLIENT_MODULES} = "$modules/node_modules";
	return (undef, $node, "$folder/peer_tedious.js");
}

# What a peer has to say: (why it was skipped, how many values it read, the wrong
# ones).  columns: [relation, how it is
# written, name, kind, {id => {text, or size and md5}, or undef}].
sub ask
{
	my ($name, $folder, $instance, $database, $columns) = @_;
	my ($why, @command) = command_of($name, $folder);
	my $path = scratch_folder("values-$name") . '/job.json';

	return ($why) if defined $why;
	open(my $file, '>', $path) or die "cannot write $path: $!\n";
	print $file JSON::PP->new->utf8->encode({ address => $instance->address, port => $instance->port + 0,
		database => $database, user => $TdsMirror::Instance::user,
		password => $TdsMirror::Instance::password, columns => $columns });
	close $file or die "cannot write $path: $!\n";
	chmod 0600, $path;
	my $said = `@command $path 2>&1`;
	my $status = $?;
	my ($read) = $said =~ /^read (\d+)$/m;
	my @wrong = $said =~ /^wrong (.*)$/mg;

	unlink $path;
	push @wrong, "it ended with status $status: " . substr($said, -500) if $status || !defined $read;
	return (undef, $read // 0, @wrong);
}

1;
