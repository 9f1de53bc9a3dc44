using System.Text.Json;
using LusPipeline.Hosting.Checks;

namespace LusPipeline.Cli.Output;

/// <summary>The line that <c>lus doctor</c> prints for one check.</summary>
/// <param name="State">One of <c>passed</c>, <c>leftOut</c> and <c>failed</c>.</param>
internal sealed record CheckJson(string Name, string State, string Text, double Seconds)
{
    public static CheckJson From(CheckedItem item) =>
        new(item.Name, JsonNamingPolicy.CamelCase.ConvertName(item.Outcome.State.ToString()), item.Outcome.Text, item.Took.TotalSeconds);
}
