using System.Text.RegularExpressions;

namespace LusPipeline.UnitTests.Documentation;

/// <summary>The command line of a process is visible to every user of its machine.</summary>
public sealed partial class CommandLinesTests
{
    [Fact]
    public void No_page_or_script_puts_a_password_on_a_command_line()
    {
        var files = new[] { "docs", "deploy" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository(), folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository(), "*.md")).Concat(Directory.EnumerateFiles(Path.Combine(Repository(), "src"), "*Command.cs", SearchOption.AllDirectories));

        var found = files.SelectMany(file => File.ReadLines(file).Where(line => Secret().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("psql -d lus -v worker_password=x -f roles.sql")]
    [InlineData("psql postgresql://lus:x@db/lus")]
    [InlineData("psql 'host=db password=x'")]
    [InlineData("curl -u admin:x https://broker")]
    [InlineData("curl --user admin:x https://broker")]
    [InlineData("curl https://admin:x@broker/api")]
    [InlineData("lus doctor --set Bucket:SecretKey=x")]
    [InlineData("lus worker all --set 'Database:ConnectionString=Host=db;Password=x'")]
    [InlineData("rabbitmqctl add_user lus x")]
    [InlineData("rabbitmqctl change_password lus x")]
    public void It_would_be_found(string line) => Assert.Matches(Secret(), line);

    private static string Repository([System.Runtime.CompilerServices.CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));

    [GeneratedRegex(@"-v\s+\w*password=|psql\b.*(://[^\s/]*:|password=)|curl\b.*(\s-u\s*|\s--user[ =])['""]?\w+:|curl\b.*://[^\s/]+:[^\s/]+@|--set\s+['""]?\S*(SecretKey|Password|ConnectionString|Broker:Uri)|rabbitmqctl (add_user|change_password) \S+ \S", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
