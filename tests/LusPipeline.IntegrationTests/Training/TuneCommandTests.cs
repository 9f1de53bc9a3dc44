using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace LusPipeline.IntegrationTests.Training;

/// <summary><c>lus train tune</c>, as a user calls it.</summary>
public sealed class TuneCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TuneCommandTests() => MadeSet.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_search_ends_with_the_best_head_the_importance_and_a_report_and_is_continued()
    {
        await FoldsAsync();

        var first = await LusProcess.RunAsync([.. Tune("a"), "--trials", "6", "--jobs", "2"]);
        var json = Json(await LusProcess.RunAsync([.. Tune("a"), "--trials", "9", "--json", "--pictures", _folder["pictures"]]));

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Contains(first.Output, line => line.StartsWith("best: balanced accuracy ", StringComparison.Ordinal));
        Assert.Contains("Research use only: not a medical device.", first.Output);
        Assert.Equal(9, json.GetProperty("complete").GetInt32() + json.GetProperty("pruned").GetInt32());
        Assert.Equal("fANOVA", json.GetProperty("importanceMethod").GetString());
        Assert.Contains("<h2>History</h2>", await File.ReadAllTextAsync(_folder["a.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["a.trials"]));
        Assert.Equal(9, System.Xml.Linq.XDocument.Load(_folder["pictures/search-history.svg"]).Descendants().Count(element => element.Name.LocalName == "circle"));
        Assert.Equal(
            json.GetProperty("importance").EnumerateObject().Count(),
            System.Xml.Linq.XDocument.Load(_folder["pictures/search-importance.svg"]).Descendants().Count(element => element.Attribute("class")?.Value == "bar"));

        var command = json.GetProperty("command").GetString()!;
        Assert.StartsWith("lus train fit --features ", command, StringComparison.Ordinal);
        TinyBundle.Write(_folder["model"], MadeSet.Frames);
        var fit = await LusProcess.RunAsync([.. command.Replace("my-bundle", _folder["bundle"], StringComparison.Ordinal).Split(' ')[1..], "--model", _folder["model"], "--inner-folds", "0"]);
        Assert.True(fit.ExitCode == 0, fit.ToString());
        var accuracy = double.Parse(fit.Output.First(line => line.Contains("balancedAccuracy", StringComparison.Ordinal)).Trim().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(json.GetProperty("best").GetProperty("value").GetDouble(), accuracy, 0.001);
    }

    [Fact]
    public async Task A_search_that_is_killed_or_interrupted_goes_on_to_the_same_result()
    {
        await FoldsAsync();
        var whole = Json(await LusProcess.RunAsync([.. Tune("whole"), "--trials", "7", "--epochs", "200", "--json"]));

        foreach (var (trials, kill) in new[] { (2, true), (4, false) })
        {
            await using var lus = LusProcess.Start([.. Tune("cut"), "--trials", "7", "--epochs", "200", "--json"], isNew: true);
            while (Finished() < trials && !lus.HasExited)
                await Task.Delay(10, TestContext.Current.CancellationToken);
            if (kill)
                lus.SendKill();
            else
                lus.SendInterrupt();
            Assert.Equal(kill ? 137 : 130, (await lus.EndAsync()).ExitCode);
        }
        var resumed = Json(await LusProcess.RunAsync([.. Tune("cut"), "--trials", "7", "--epochs", "200", "--json"]));

        Assert.Equal(7, resumed.GetProperty("complete").GetInt32() + resumed.GetProperty("pruned").GetInt32());
        Assert.Equal(whole.GetProperty("best").GetProperty("value").GetRawText(), resumed.GetProperty("best").GetProperty("value").GetRawText());
        Assert.Equal(whole.GetProperty("best").GetProperty("parameters").GetRawText(), resumed.GetProperty("best").GetProperty("parameters").GetRawText());
        Assert.Equal(Values("whole"), Values("cut"));

        int Finished() => File.Exists(_folder["cut.db"]) && Values("cut") is { } values ? values.Count : 0;
    }

    [Fact]
    public async Task A_nested_search_tests_each_choice_on_patients_that_took_no_part_in_it()
    {
        await FoldsAsync();

        var result = await LusProcess.RunAsync([.. Tune("nested"), "--trials", "2", "--nested"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(3, result.Output.Count(line => line.StartsWith("nested, fold ", StringComparison.Ordinal)));
        Assert.Contains(result.Output, line => line.Contains("expect that", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_searched_is_an_error_that_says_why()
    {
        await FoldsAsync();
        await File.WriteAllTextAsync(_folder["space.json"], """{"columns": {"choices": ["0-3", "4-9"]}}""", TestContext.Current.CancellationToken);

        await RefusedAsync("has the choice '4-9', and the features have the columns 0 to 7", "--space", _folder["space.json"]);
        await RefusedAsync("--trials is a whole number from 1", "--trials", "0");
        await RefusedAsync("neither SQLite nor PostgreSQL", "--storage", "optuna.db");
        await RefusedAsync("Leave it out, and give it in PGPASSWORD", "--storage", "postgresql://me:secret@127.0.0.1:1/optuna");
        await RefusedAsync("there is no file", "--space", _folder["none.json"]);
        Assert.Equal(0, (await LusProcess.RunAsync([.. Tune("a"), "--trials", "1"])).ExitCode);
        await RefusedAsync("looks for MAXIMIZE, and this objective for MINIMIZE", "--objective", "log-loss");
        await RefusedAsync("was made with the settings", "--seed", "4");

        async Task RefusedAsync(string expected, params string[] more)
        {
            var result = await LusCommand.RunAsync([.. Tune("a").Where((_, index) => more[0] != "--storage" || index is not (8 or 9)), .. more]);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(result.Errors, line => line.Contains(expected, StringComparison.Ordinal));
        }
    }

    private async Task FoldsAsync()
    {
        var made = await LusProcess.RunAsync(["train", "dataset", _folder["labels.csv"], "--folds", "3", "--out", _folder["folds.json"]]);
        Assert.Equal(0, made.ExitCode);
    }

    private string[] Tune(string name) =>
    [
        "train", "tune", "--features", _folder["set"], "--folds", _folder["folds.json"], "--labels", _folder["labels.csv"],
        "--storage", $"sqlite:///{_folder[name + ".db"]}", "--out", _folder[name + ".html"],
    ];

    /// <summary>The values of the trials with a result, in their order.</summary>
    private List<string> Values(string name)
    {
        try
        {
            using var connection = new SqliteConnection($"Data Source={_folder[name + ".db"]};Pooling=False;Mode=ReadOnly");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT t.state || ' ' || group_concat(p.param_name || '=' || p.param_value) || ' ' || COALESCE((SELECT value FROM trial_values v WHERE v.trial_id = t.trial_id), '')
                FROM trials t JOIN (SELECT * FROM trial_params ORDER BY param_name) p ON p.trial_id = t.trial_id
                WHERE t.state IN ('COMPLETE', 'PRUNED') GROUP BY t.trial_id ORDER BY t.number
                """;
            using var reader = command.ExecuteReader();
            var values = new List<string>();
            while (reader.Read())
                values.Add(reader.GetString(0));
            return values;
        }
        catch (SqliteException)
        {
            // The tables are not made yet.
            return [];
        }
    }

    private static JsonElement Json(LusResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return Assert.Single(result.Json);
    }
}
