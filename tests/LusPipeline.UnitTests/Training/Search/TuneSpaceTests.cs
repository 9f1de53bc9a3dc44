using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;
using LusPipeline.Training.Search.Importance;
using LusPipeline.Training.Search.Sampling;
using LusPipeline.Training.Search.Trials;
using LusPipeline.Training.Search.Tuning;

namespace LusPipeline.UnitTests.Training.Search;

/// <summary>A space says which options of a head are searched; a wrong one is an error that names the key.</summary>
public sealed class TuneSpaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_ranges_and_choices()
    {
        var space = Read("""
            {"head": {"choices": ["lstm", "mean"]}, "units": {"low": 16, "high": 256, "log": true}, "epochs": {"low": 10, "high": 41, "step": 5},
             "learning-rate": {"low": 1e-4, "high": 0.01, "log": true}, "standardize": {"choices": [true]}, "batch": {"choices": [8, 16]}}
            """);

        Assert.Equal(CategoricalDistribution.OfTexts("lstm", "mean"), space["head"]);
        Assert.Equal("""{"name": "IntDistribution", "attributes": {"log": false, "step": 5, "low": 10, "high": 40}}""", space["epochs"].ToJson());
        Assert.Equal("""{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.01, "log": true}}""", space["learning_rate"].ToJson());
        Assert.Equal("""{"name": "CategoricalDistribution", "attributes": {"choices": [8, 16]}}""", space["batch"].ToJson());
        Assert.All(space.Values, distribution => Assert.Equal(distribution.ToJson(), Distribution.Parse(distribution.ToJson()).ToJson()));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "is no JSON")]
    [InlineData("{}", "names no parameter")]
    [InlineData("""{"unit": {"low": 1, "high": 2}}""", "unit: no such parameter; known are head, layers")]
    [InlineData("""{"units": 5}""", "units: give an object")]
    [InlineData("""{"units": {"low": 5}}""", "units: give low and high")]
    [InlineData("""{"units": {"low": 5, "high": 4}}""", "low is not greater")]
    [InlineData("""{"units": {"low": 0, "high": 4, "log": true}}""", "low must be above 0")]
    [InlineData("""{"units": {"low": 1, "high": 4, "log": true, "step": 2}}""", "log or step, not both")]
    [InlineData("""{"units": {"low": 1.5, "high": 4}}""", "whole numbers")]
    [InlineData("""{"units": {"low": 1, "high": 4, "max": 2}}""", "the key 'max' is not known")]
    [InlineData("""{"dropout": {"low": 0, "high": 1, "step": 0}}""", "step must be above 0")]
    [InlineData("""{"head": {"low": 0, "high": 1}}""", "head: it is no number; give choices")]
    [InlineData("""{"head": {"choices": []}}""", "choices is a list")]
    [InlineData("""{"head": {"choices": ["lstm", "lstm"]}}""", "a choice stands there twice")]
    [InlineData("""{"learning_rate": {"choices": [1]}, "learning-rate": {"choices": [2]}}""", "stands there twice")]
    public void A_wrong_file_is_an_error_that_names_the_key(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<SearchException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parameters_become_the_options_of_a_head()
    {
        var tuned = TuneParameters.Apply(new(HeadOptions.Default, FitOptions.Default), new Dictionary<string, Parameter>
        {
            ["head"] = new(0, CategoricalDistribution.OfTexts("mean")),
            ["layers"] = new(2, new IntDistribution(1, 2)),
            ["bidirectional"] = new(0, new CategoricalDistribution(["true"])),
            ["dense"] = new(0, CategoricalDistribution.OfTexts("128,64")),
            ["dropout"] = new(0.3, new FloatDistribution(0, 1)),
            ["epochs"] = new(7, new IntDistribution(1, 9)),
            ["schedule"] = new(0, CategoricalDistribution.OfTexts("constant")),
            ["columns"] = new(1, CategoricalDistribution.OfTexts("add_7", "add_10")),
            ["alpha"] = new(1, new FloatDistribution(0, 2)),
        });

        Assert.Equal((HeadKind.Mean, 1, false, 0.3), (tuned.Head.Kind, tuned.Head.Layers, tuned.Head.Bidirectional, tuned.Head.Dropout));
        Assert.Equal([128, 64], tuned.Head.Dense);
        Assert.Equal((7, LearningRateSchedule.Constant, "add_10"), (tuned.Fit.Epochs, tuned.Fit.Schedule, tuned.Columns));
        Assert.Throws<HeadException>(() => TuneParameters.Apply(new(HeadOptions.Default, FitOptions.Default), new Dictionary<string, Parameter> { ["dense"] = new(0, CategoricalDistribution.OfTexts("big")) }));
    }

    [Fact]
    public void The_usual_space_has_only_heads_that_can_be_made()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var parameters = TuneSpace.Default.ToDictionary(pair => pair.Key, pair => new Parameter(Draws.Value(pair.Value, random), pair.Value));

            Assert.All(parameters.Values, parameter => Assert.True(parameter.Distribution.Contains(parameter.Value)));
            TuneParameters.Apply(new(HeadOptions.Default, FitOptions.Default), parameters);
        }
    }

    [Fact]
    public void The_parameters_that_matter_are_important()
    {
        var random = new Random(3);
        var space = new Dictionary<string, Distribution>
        {
            ["much"] = new FloatDistribution(1e-4, 1, Log: true),
            ["some"] = CategoricalDistribution.OfTexts("a", "b", "c"),
            ["nothing"] = new IntDistribution(1, 9),
            ["same"] = new IntDistribution(5, 5),
        };
        Trial[] trials =
        [
            .. Enumerable.Range(0, 80).Select(number =>
            {
                var parameters = space.ToDictionary(pair => pair.Key, pair => new Parameter(Draws.Value(pair.Value, random), pair.Value));
                return new Trial { Number = number, State = TrialState.Complete, Parameters = parameters, Value = (2 * Math.Log10(parameters["much"].Value)) + parameters["some"].Value };
            }),
        ];

        var shares = ParameterImportance.Of(trials, seed: 0);

        Assert.Equal(["much", "some", "nothing"], shares.Select(one => one.Name));
        Assert.Equal(1, shares.Sum(one => one.Share), 1e-9);
        // The variances of both terms are (2 · 4)² / 12 and 2 / 3. Choices lose a little, because columns for each of them also stand for none and for several.
        Assert.Equal(0.89, shares[0].Share, 0.1);
        Assert.Empty(ParameterImportance.Of(trials[..1], seed: 0));
    }

    [Fact]
    public void Values_that_differ_in_the_last_bit_are_told_apart()
    {
        // Optuna stores 0.30000000000000004 where this stores 0.3.
        var drop = new FloatDistribution(0, 0.6, Step: 0.1);
        Trial[] trials =
        [
            .. Enumerable.Range(0, 20).Select(number => new Trial
            {
                Number = number,
                State = TrialState.Complete,
                Value = number % 2,
                Parameters = new Dictionary<string, Parameter> { ["drop"] = new(number % 2 == 0 ? 0.3 : Math.BitIncrement(0.3), drop) },
            }),
        ];

        Assert.Equal(["drop"], ParameterImportance.Of(trials, seed: 0).Select(one => one.Name));
    }

    private IReadOnlyDictionary<string, Distribution> Read(string json)
    {
        File.WriteAllText(_folder["space.json"], json);
        return TuneSpace.Read(_folder["space.json"]);
    }
}
