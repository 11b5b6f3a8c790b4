# files.pl ROOT: a line for every file below ROOT, with its kind, mode, owner and
# content, sorted, so that two lists can be compared.
#
# Not listed: what is mounted, and where apt, dpkg and their kin note what they
# have done, which no package can undo.

use strict;
use warnings;
use Digest::MD5;
use File::Find ();

my ($root) = @ARGV;
my $notes = qr{^/(?:dev|proc|sys|run)$
	|^/var/(?:log|cache/(?:apt|debconf|ldconfig)|lib/(?:apt|systemd))$
	|^/var/lib/dpkg/(?!info/[^/]*tds)[^/]+(?:/(?!.*tds).*)?$
	|^/etc/(?:ld\.so\.cache|g?shadow-|passwd-|group-)$}x;
my @lines;

sub content
{
	my ($path, $kind) = @_;

	return readlink($path) if $kind eq 'l';
	return '' if $kind ne 'f';
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	return Digest::MD5->new->addfile($file)->hexdigest;
}

File::Find::find(
	{
		no_chdir => 1,
		wanted => sub {
			my $path = $File::Find::name =~ s/^\Q$root\E//r;

			if ($path =~ $notes)
			{
				$File::Find::prune = 1 unless $path =~ m{^/var/lib/dpkg/};
				return;
			}
			my @stat = lstat($File::Find::name);
			my $kind = -l _ ? 'l' : -d _ ? 'd' : -f _ ? 'f' : 'other';

			push @lines, sprintf("%s %s %o %d:%d %s\n", $path, $kind, $stat[2] & 07777, @stat[4, 5],
				content($File::Find::name, $kind));
		}
	},
	$root);
print sort @lines;
