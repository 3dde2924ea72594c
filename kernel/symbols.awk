# SPDX-License-Identifier: MIT
# symbols.awk - from the functions of a kernel, as `nm -n` lists them, to the table that is linked into
# it (symbols.c): by address, of which the low half is told, and where the name starts. Without input: empty.
BEGIN { at = count = 0 }
$1 ~ /^f/ && $2 ~ /^[tT]$/ && $1 != last {
	last = $1
	table = table "\t.long\t0x" substr($1, 9) ", " at "\n"
	names = names "\t.asciz\t\"" $3 "\"\n"
	at += length($3) + 1
	count++
}
END {
	print "\t.section .symbols, \"a\"\n\t.balign\t4\n\t.globl\tsymbol_count, symbol_table, symbol_names"
	printf "symbol_count:\n\t.long\t%d\nsymbol_table:\n%ssymbol_names:\n%s", count, table, names
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
