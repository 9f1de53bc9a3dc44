using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LusPipeline.Ledger.Databases;

/// <summary>Builds a statement with several rows, and one parameter for each value. All rows take one round trip.</summary>
internal static class SqlRows
{
    /// <param name="head">The SQL before the rows, for example <c>INSERT INTO t (a, b) VALUES</c>.</param>
    /// <param name="rows">One row or more, all of the same length, with at most 30,000 values together (SQLite's limit is 32,766).</param>
    /// <param name="tail">The SQL after the rows.</param>
    public static FormattableString Insert(string head, IReadOnlyList<object?[]> rows, string tail) =>
        Between(FormattableStringFactory.Create(head), rows, tail);

    /// <inheritdoc cref="Insert"/>
    /// <param name="head">The SQL before the rows, which may have parameters of its own, for example <c>UPDATE t SET a = 1 FROM (VALUES</c>.</param>
    public static FormattableString Between(FormattableString head, IReadOnlyList<object?[]> rows, string tail)
    {
        var text = new StringBuilder(head.Format).Append(' ');
        var next = head.ArgumentCount;
        for (var row = 0; row < rows.Count; row++)
        {
            text.Append(row == 0 ? "(" : ", (");
            for (var column = 0; column < rows[row].Length; column++)
                text.Append(CultureInfo.InvariantCulture, $"{(column == 0 ? "" : ", ")}{{{next++}}}");
            text.Append(')');
        }
        return FormattableStringFactory.Create(text.Append(' ').Append(tail).ToString(), [.. head.GetArguments(), .. rows.SelectMany(row => row)]);
    }
}
