# bars.gp: gnuplot -c bars.gp PICTURE READ WRITE RATIOS: what reading and writing cost.
#
# The data are those of series.pl: CPU per row of rows read, of rows written, and
# ratios with their limits.  Ours are dark, FreeTDS alone is grey, others are light.

set terminal svg size 1000,430 noenhanced font "Helvetica,Arial,sans-serif,13" background "white"
set output ARG1
set encoding utf8
set datafile separator "\t"

ours = "#0072b2"
typed = "#56b4e9"
alone = "#909090"
other = "#e69f00"
half = 0.38
array client[4] = ["FreeTDS alone", "tds_mirror_fdw, remote_type", "tds_mirror_fdw", "tds_fdw"]

# before there are ranges, which would hide some
stats ARG2 using 5 nooutput
read_max = STATS_max
stats ARG3 using 2 nooutput
write_max = STATS_max

set border 0
unset key
unset ytics
set xtics nomirror scale 0 textcolor "#606060" font ",12"
set grid x lc "#e4e4e4" lt 1
set style fill solid noborder

set multiplot

set label 1 "Reading: CPU, µs per row" at screen 0.01,0.95 font ",15"
set label 2 "Writing: CPU, µs per row" at screen 0.375,0.95 font ",15"
set label 3 "Ratios of CPU, or of time" at screen 0.665,0.95 font ",15"
set label 4 "Less is better everywhere." at screen 0.375,0.27
set label 5 "Black marks: the limit that is tested." at screen 0.375,0.20
set lmargin at screen 0.2
set rmargin at screen 0.345
set tmargin at screen 0.89
set bmargin at screen 0.09
set yrange [-9.6:0.6]
set xrange [0:read_max * 1.3]
set xtics read_max > 2.5 ? 1 : 0.5
row(k) = -5 * column(0) - k
plot for [k = 1:4] ARG2 using (0):(row(k)):(0):(column(k + 1)):(row(k) - half):(row(k) + half) \
		with boxxyerror lc rgb (k == 1 ? alone : k == 2 ? typed : k == 3 ? ours : other), \
	for [k = 1:4] ARG2 using (column(k + 1)):(row(k)):(sprintf("%.2f", column(k + 1))) with labels left offset 0.4,0 font ",12", \
	for [k = 1:4] ARG2 using (0):(row(k)):(client[k]) with labels right offset -0.6,0 font ",12", \
	ARG2 using (0):(row(0) - 0.05):1 with labels left offset 0.1,0 font ",13"

do for [i = 1:5] { unset label i }
set lmargin at screen 0.485
set rmargin at screen 0.615
set xrange [0:write_max * 1.35]
set xtics write_max > 8 ? 4 : write_max > 4 ? 2 : 1
set yrange [-4.6:-0.4]
set tmargin at screen 0.89
set bmargin at screen 0.45
line(n) = -1 - column(n)
plot ARG3 using (0):(line(0)):(0):2:(line(0) - half):(line(0) + half):($3 == 1 ? 0x0072b2 : 0xe69f00) with boxxyerror lc rgb variable, \
	ARG3 using 2:(line(0)):(sprintf("%.1f", $2)) with labels left offset 0.4,0 font ",12", \
	ARG3 using (0):(line(0)):1 with labels right offset -0.6,0 font ",12"

set lmargin at screen 0.845
set rmargin at screen 0.985
set bmargin at screen 0.09
set xrange [0:2]
set xtics 0.5
set yrange [-7.6:-0.4]
set arrow 1 from 1,graph 0 to 1,graph 1 nohead lc "#606060" dt 2
plot ARG4 using (0):(line(0)):(0):2:(line(0) - half):(line(0) + half) with boxxyerror lc rgb ours, \
	ARG4 using 3:(line(0) - half):(0):(2 * half) with vectors nohead lc "black" lw 3, \
	ARG4 using ($2 + 0.3 < $3 || $2 > $3 ? $2 : $3):(line(0)):(sprintf("%.2f", $2)) with labels left offset 0.6,0 font ",12", \
	ARG4 using (0):(line(0)):1 with labels right offset -0.6,0 font ",12"
unset multiplot
