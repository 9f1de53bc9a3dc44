using LusPipeline.Training.Data;
using LusPipeline.Training.Search.Pruning;
using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;
using Microsoft.Data.Sqlite;

namespace LusPipeline.UnitTests.Training.Search;

/// <summary>A search goes on until it has enough trials, however often it is cut off.</summary>
public sealed class SearchRunTests : IDisposable
{
    private static readonly Dictionary<string, Distribution> Space = new()
    {
        ["x"] = new FloatDistribution(-5, 5),
        ["n"] = new IntDistribution(1, 8),
        ["kind"] = CategoricalDistribution.OfTexts("a", "b"),
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_search_that_is_cut_off_again_and_again_tries_the_same_parameters()
    {
        var whole = Search("whole.db", 25, (trial, _) => Value(trial));
        var began = 0;
        IReadOnlyList<Trial> cut = [];
        for (var round = 0; cut.Count(trial => trial.HasResult) < 25; round++)
        {
            using var stop = new CancellationTokenSource();
            try
            {
                cut = Search("cut.db", 25, (trial, cancellation) =>
                {
                    if (++began % 4 == 0)
                        stop.Cancel();
                    cancellation.ThrowIfCancellationRequested();
                    return Value(trial);
                }, stop: stop);
            }
            catch (OperationCanceledException)
            {
                Assert.True(round < 20);
            }
        }

        Assert.Equal(Shown(whole), Shown([.. cut.Where(trial => trial.HasResult)]));
        Assert.Contains(cut, trial => trial.RetryHistory.Count > 0);
    }

    [Fact]
    public void Two_runs_on_one_storage_share_the_trials()
    {
        var both = new[] { 0, 1 }.Select(_ => new Thread(() => Search("both.db", 30, (trial, _) => Value(trial)))).ToArray();
        foreach (var thread in both)
            thread.Start();
        foreach (var thread in both)
            thread.Join();

        var trials = Search("both.db", 30, (_, _) => throw new InvalidOperationException("There is nothing to do."));
        Assert.Equal(Enumerable.Range(0, 30), trials.Select(trial => trial.Number));
        Assert.All(trials, trial => Assert.Equal(TrialState.Complete, trial.State));
    }

    [Fact]
    public void Several_jobs_of_one_run_share_the_trials()
    {
        var trials = Search("jobs.db", 24, (trial, _) => Value(trial), jobs: 4);

        Assert.Equal(Enumerable.Range(0, 24), trials.Select(trial => trial.Number));
    }

    [Fact]
    public void A_trial_that_cannot_be_tried_is_failed_with_its_reason_and_the_search_goes_on()
    {
        var trials = Search("some.db", 12, (trial, _) => trial.Parameters["kind"].ToString() == "a" && trial.Number < 6 ? throw new TrainingDataException("kind a is \"wrong\"") : Value(trial));

        Assert.Equal(12, trials.Count(trial => trial.State == TrialState.Complete));
        var failed = trials.Where(trial => trial.State == TrialState.Fail).ToArray();
        Assert.NotEmpty(failed);
        Assert.All(failed, trial => Assert.Contains("kind a is", trial.SystemAttributes["fail_reason"], StringComparison.Ordinal));
        Assert.Equal(trials.Count, trials.Select(trial => trial.Parameters["x"].Value).Distinct().Count());
    }

    [Fact]
    public void If_one_trial_after_the_other_fails_the_search_ends_with_the_reason()
    {
        var fault = Assert.Throws<SearchException>(() => Search("all.db", 12, (_, _) => throw new TrainingDataException("it never works")));

        Assert.Contains("5 trials in a row have failed, the last one so: it never works", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_no_number_is_a_failed_trial()
    {
        var trials = Search("nan.db", 3, (trial, _) => trial.Number == 1 ? double.NaN : Value(trial));

        Assert.Equal([TrialState.Complete, TrialState.Fail, TrialState.Complete, TrialState.Complete], trials.Select(trial => trial.State));
    }

    [Fact]
    public void What_optuna_has_queued_is_tried_with_its_parameters()
    {
        Search("queued.db", 1, (trial, _) => Value(trial));
        Sql("queued.db", """
            INSERT INTO trials (number, study_id, state) VALUES (1, 1, 'WAITING');
            INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (2, 'fixed_params', '{"x": 1.5, "kind": "b"}');
            """);

        var trials = Search("queued.db", 2, (trial, _) => Value(trial));

        Assert.Equal((1.5, "b", TrialState.Complete), (trials[1].Parameters["x"].Value, trials[1].Parameters["kind"].ToString(), trials[1].State));
        Assert.True(trials[1].Parameters.ContainsKey("n"));
    }

    [Fact]
    public void Another_objective_or_other_choices_are_refused_before_anything_is_tried()
    {
        Search("one.db", 1, (trial, _) => Value(trial));

        Assert.Contains("other values", Refused(Plan(2) with { Space = new Dictionary<string, Distribution> { ["kind"] = CategoricalDistribution.OfTexts("a", "c") } }), StringComparison.Ordinal);
        Assert.Contains("was made with the data \"1\", and now it is \"2\"", Refused(Plan(2) with { Identity = new Dictionary<string, string> { ["data"] = "\"2\"" } }), StringComparison.Ordinal);

        string Refused(SearchPlan plan) => Assert.Throws<SearchException>(() => SearchRun.Open(Address("one.db"), plan, TimeProvider.System)).Message;
    }

    [Fact]
    public void A_storage_that_dies_midway_ends_the_search_with_a_clear_error_and_it_goes_on_afterwards()
    {
        var fault = Assert.Throws<SearchException>(() => Search("dies.db", 6, (trial, _) =>
        {
            if (trial.Number == 3)
                Sql("dies.db", "ALTER TABLE trial_intermediate_values RENAME TO away");
            trial.Report(0, 1);
            return Value(trial);
        }));
        Assert.Contains("The storage of the search fails", fault.Message, StringComparison.Ordinal);
        Sql("dies.db", "ALTER TABLE away RENAME TO trial_intermediate_values; UPDATE trial_heartbeats SET heartbeat = datetime('now', '-1 hour')");

        var trials = Search("dies.db", 6, (trial, _) => Value(trial));

        Assert.Equal(6, trials.Count(trial => trial.State == TrialState.Complete));
        Assert.Equal([3], trials.Where(trial => trial.State == TrialState.Fail).Select(trial => trial.Number));
    }

    [Fact]
    public void The_median_pruner_gives_up_what_is_worse_than_half_of_the_complete_trials()
    {
        Trial[] complete = [.. Enumerable.Range(0, 5).Select(number => Reporting(number, TrialState.Complete, (0, number / 10.0)))];

        Assert.True(Judge(new MedianPruner(), complete, (0, 0.19)).Prune);
        Assert.False(Judge(new MedianPruner(), complete, (0, 0.2)).Prune);
        Assert.False(Judge(new MedianPruner(), complete, (1, 0.1)).Prune);
        Assert.False(Judge(new MedianPruner(), complete[1..], (0, 0.01)).Prune);
        Assert.True(Judge(new MedianPruner(), complete, (0, double.NaN)).Prune);
    }

    [Fact]
    public void The_halving_pruner_lets_the_best_quarter_go_on()
    {
        Trial[] all =
        [
            Reporting(0, TrialState.Complete, (4, 0.5)),
            .. Enumerable.Range(1, 7).Select(number => Reporting(number, TrialState.Pruned, (1, number / 10.0)) with { SystemAttributes = new Dictionary<string, string> { ["completed_rung_0"] = $"0.{number}" } }),
        ];

        Assert.False(Judge(new HalvingPruner(), all, (0, 0.1)).Prune);
        Assert.True(Judge(new HalvingPruner(), all, (1, 0.5)).Prune);
        var good = Judge(new HalvingPruner(), all, (1, 0.65));
        Assert.False(good.Prune);
        Assert.Equal(["completed_rung_0"], good.Attributes!.Keys);
    }

    private static PruningVerdict Judge(IPruner pruner, Trial[] others, (int Step, double Value) report)
    {
        var trial = Reporting(99, TrialState.Running, report);
        return pruner.Judge(trial, [.. others, trial], SearchDirection.Maximize);
    }

    private static Trial Reporting(int number, TrialState state, (int Step, double Value) report) => new()
    {
        Number = number,
        State = state,
        Value = state == TrialState.Complete ? report.Value : null,
        Intermediate = new Dictionary<int, double> { [report.Step] = report.Value },
    };

    private IReadOnlyList<Trial> Search(
        string file, int trials, Func<RunningTrial, CancellationToken, double?> objective, int jobs = 1, CancellationTokenSource? stop = null)
    {
        using var run = SearchRun.Open(Address(file), Plan(trials) with { Jobs = jobs }, TimeProvider.System);
        run.Run(objective, stop?.Token ?? default);
        return run.Trials();
    }

    private static SearchPlan Plan(int trials) => new()
    {
        Name = "search",
        Direction = SearchDirection.Minimize,
        Metric = "loss",
        Space = Space,
        Sampler = new TpeSampler(),
        Trials = trials,
        Seed = 5,
        Identity = new Dictionary<string, string> { ["data"] = "\"1\"" },
    };

    private static double? Value(RunningTrial trial) => Math.Pow(trial.Parameters["x"].Value - 1, 2) + trial.Parameters["n"].Value;

    private static IEnumerable<string> Shown(IReadOnlyList<Trial> trials) =>
        trials.Select(trial => $"{string.Join(' ', trial.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))} {trial.Value}");

    private string Address(string file) => $"sqlite:///{_folder[file]}";

    private void Sql(string file, string statements)
    {
        using var connection = new SqliteConnection($"Data Source={_folder[file]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
