using LusPipeline.Hosting.Settings;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Prints settings as a table, for people.</summary>
internal static class SettingsTable
{
    public static Table Create(IEnumerable<Setting> settings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("key", "value", "from");
        foreach (var setting in settings)
            table.AddRow(ResultTable.Name(setting.Key), string.IsNullOrEmpty(setting.Value) ? "[dim]none[/]" : ResultTable.Name(setting.Value), ResultTable.Name(setting.Origin.ToString()));
        return table;
    }
}
