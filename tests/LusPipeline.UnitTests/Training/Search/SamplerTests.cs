using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;

namespace LusPipeline.UnitTests.Training.Search;

/// <summary>Samplers find good values of functions whose best value is known.</summary>
public sealed class SamplerTests
{
    private const int Seeds = 40;
    private const int Trials = 60;

    private static readonly Dictionary<string, (Dictionary<string, Distribution> Space, Func<IReadOnlyDictionary<string, double>, double> Of)> Functions = new()
    {
        ["sphere"] = (Range(4, -5, 5), x => x.Values.Sum(value => value * value)),
        ["Rosenbrock"] = (Range(2, -5, 10), x => (100 * Math.Pow(x["x1"] - (x["x0"] * x["x0"]), 2)) + Math.Pow(1 - x["x0"], 2)),
        ["Ackley"] = (Range(3, -15, 30), x =>
            20 + Math.E - (20 * Math.Exp(-0.2 * Math.Sqrt(x.Values.Average(value => value * value)))) - Math.Exp(x.Values.Average(value => Math.Cos(2 * Math.PI * value)))),
        ["mixed"] = (
            new()
            {
                ["kind"] = CategoricalDistribution.OfTexts("a", "b", "c", "d"),
                ["rate"] = new FloatDistribution(1e-5, 1, Log: true),
                ["units"] = new IntDistribution(8, 512, Log: true),
                ["drop"] = new FloatDistribution(0, 0.9, Step: 0.1),
                ["layers"] = new IntDistribution(1, 4),
            },
            x => Math.Abs(x["kind"] - 2) + Math.Abs(Math.Log10(x["rate"]) + 3) + Math.Abs(Math.Log2(x["units"]) - 6) + (5 * Math.Abs(x["drop"] - 0.4)) + Math.Abs(x["layers"] - 3)),
    };

    [Theory]
    [InlineData("sphere", false)]
    [InlineData("Rosenbrock", false)]
    [InlineData("Ackley", false)]
    [InlineData("mixed", false)]
    [InlineData("sphere", true)]
    [InlineData("mixed", true)]
    public void The_best_of_60_trials_of_tpe_beats_that_of_chance_for_four_of_five_seeds(string function, bool independent)
    {
        var (space, of) = Functions[function];

        var won = Enumerable.Range(0, Seeds).Count(seed => Best(new TpeSampler(independent), space, of, seed) < Best(new RandomSampler(), space, of, seed + 1000));

        Assert.True(won >= 0.8 * Seeds, $"{won} of {Seeds}");
    }

    [Fact]
    public void The_first_ten_trials_are_chance_and_the_same_seed_gives_the_same_trials()
    {
        var (space, of) = Functions["mixed"];

        Assert.Equal(Best(new TpeSampler(), space, of, 3, 10), Best(new RandomSampler(), space, of, 3, 10));
        Assert.Equal(Best(new TpeSampler(), space, of, 3, 25), Best(new TpeSampler(), space, of, 3, 25));
    }

    [Fact]
    public void Good_trials_are_a_tenth_and_pruned_ones_come_behind_complete_ones()
    {
        Trial[] history =
        [
            .. Enumerable.Range(0, 8).Select(number => new Trial { Number = number, State = TrialState.Complete, Value = number }),
            new() { Number = 8, State = TrialState.Pruned, Intermediate = new Dictionary<int, double> { [3] = -9 } },
            new() { Number = 9, State = TrialState.Fail },
            new() { Number = 10, State = TrialState.Running },
            new() { Number = 11, State = TrialState.Waiting },
        ];

        var (good, other) = TpeSampler.Split(history, SearchDirection.Maximize);

        Assert.Equal([7], good.Select(trial => trial.Number));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 8, 10], other.Select(trial => trial.Number));
    }

    [Fact]
    public void A_grid_has_every_combination_once_and_then_nothing()
    {
        var space = new Dictionary<string, Distribution>
        {
            ["drop"] = new FloatDistribution(0, 0.6, Step: 0.2),
            ["head"] = CategoricalDistribution.OfTexts("lstm", "mean"),
            ["rate"] = new FloatDistribution(0.001, 1, Log: true),
        };
        var sampler = new GridSampler();
        var history = new List<Trial>();
        while (sampler.Sample(space, history, SearchDirection.Minimize, history.Count, new Random(0)) is { } sample)
            history.Add(Done(history.Count, space, sample, 0));

        Assert.Equal(4 * 2 * 4, GridSampler.Points(space));
        Assert.Equal(32, history.Select(trial => string.Join(' ', trial.Parameters.Select(pair => pair.Value))).Distinct().Count());
        Assert.Equal(["0", "0.2", "0.4", "0.6"], history.Select(trial => trial.Parameters["drop"].ToString()).Distinct().Order());
        Assert.Equal([0.001, 0.01, 0.1, 1], history.Select(trial => Math.Round(trial.Parameters["rate"].Value, 9)).Distinct().Order());
    }

    [Fact]
    public void A_grid_without_end_is_an_error_that_names_the_parameter()
    {
        var space = new Dictionary<string, Distribution> { ["units"] = new IntDistribution(1, 4096), ["dropout"] = new FloatDistribution(0, 0.9, Step: 0.0001) };

        var fault = Assert.Throws<SearchException>(() => GridSampler.Points(space));

        Assert.Contains("'dropout'", fault.Message, StringComparison.Ordinal);
    }

    private static double Best(
        ISampler sampler, Dictionary<string, Distribution> space, Func<IReadOnlyDictionary<string, double>, double> of, int seed, int trials = Trials)
    {
        var history = new List<Trial>();
        for (var number = 0; number < trials; number++)
        {
            var sample = sampler.Sample(space, history, SearchDirection.Minimize, number, new Random((seed * 1_000_003) + number))!;
            history.Add(Done(number, space, sample, of(sample)));
        }
        return history.Min(trial => trial.Value!.Value);
    }

    private static Trial Done(int number, Dictionary<string, Distribution> space, IReadOnlyDictionary<string, double> sample, double value) => new()
    {
        Number = number,
        State = TrialState.Complete,
        Value = value,
        Parameters = space.ToDictionary(pair => pair.Key, pair => new Parameter(sample[pair.Key], pair.Value)),
    };

    private static Dictionary<string, Distribution> Range(int count, double low, double high) =>
        Enumerable.Range(0, count).ToDictionary(index => $"x{index}", Distribution (_) => new FloatDistribution(low, high));
}
