# test/lint/Lint.pm
#
# What the checks have in common: the list of files, C without its comments and
# strings, and the form of a complaint.  A check prints nothing when all is
# well; otherwise it names file and line, what is wrong, and the remedy.
package Lint;

use strict;
use warnings;

use Exporter 'import';
use File::Find ();

our @EXPORT = qw(files lines code problem note finish @LAYERS);

# Each layer may include itself and what stands to its left.
our @LAYERS = qw(pure wire option session value plan exec admin);

my $problems = 0;

# Project files whose path matches; generated and foreign folders are left out.
sub files
{
	my ($pattern) = @_;
	my @found;

	File::Find::find(
		{
			no_chdir => 1,
			wanted => sub {
				my $path = $File::Find::name =~ s{^\./}{}r;
				if (-d && $path =~ m{^(?:\.git|build|results|tmp_check|output_iso)$|/node_modules$})
				{
					$File::Find::prune = 1;
					return;
				}
				push @found, $path if -f && $path =~ $pattern;
			}
		},
		'.');
	return sort @found;
}

sub lines
{
	my ($path) = @_;

	open(my $handle, '<', $path) or die "$path: $!\n";
	my @lines = <$handle>;
	close($handle);
	chomp(@lines);
	return @lines;
}

# The lines of a C file with comments, strings and characters blanked out.
sub code
{
	my ($path) = @_;
	my $text = join("\n", lines($path));

	$text =~ s{(/\*.*?\*/)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'}
			  {defined $1 ? $1 =~ s/[^\n]//gr : '""'}gse;
	return split(/\n/, $text, -1);
}

sub problem
{
	my ($where, $text) = @_;

	print "$where: $text\n";
	$problems++;
	return;
}

# Says something that is not wrong, but must not go unseen.
sub note
{
	my ($text) = @_;

	print "note: $text\n";
	return;
}

sub finish
{
	exit($problems ? 1 : 0);
}

1;
