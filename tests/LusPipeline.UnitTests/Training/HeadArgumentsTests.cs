using System.CommandLine;
using LusPipeline.Cli.Commands;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.UnitTests.Training;

/// <summary>The options that a bundle's card shows are those that make the same head again.</summary>
public sealed class HeadArgumentsTests
{
    public static TheoryData<HeadOptions, FitOptions> Options => new()
    {
        { HeadOptions.Default, FitOptions.Default },
        { HeadOptions.Paper, FitOptions.Paper },
        {
            new() { Kind = HeadKind.Gru, Layers = 2, Bidirectional = true, Summary = FrameSummary.Attention, Units = 7, InputDropout = 0.125, Dropout = 0, Dense = [], L2 = 1e-4, Standardize = false },
            new() { Epochs = 3, Batch = 5, LearningRate = 2e-5, WeightDecay = 0.5, ClipNorm = 1.5, Patience = 4, Ensemble = 2 }
        },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Options_as_text_are_read_back(HeadOptions head, FitOptions fit)
    {
        var command = new Command("fit");
        var arguments = new HeadArguments();
        arguments.AddTo(command);

        var (readHead, readFit) = arguments.Read(command.Parse($"{head.Arguments} {fit.Arguments}"));

        Assert.Equal(head.Dense, readHead.Dense);
        Assert.Equal(head with { Dense = [] }, readHead with { Dense = [] });
        Assert.Equal(fit, readFit);
    }

    [Theory]
    [InlineData("--head mean", FrameSummary.Last)]
    [InlineData("--head gru", FrameSummary.Max)]
    [InlineData("--head gru --summary mean", FrameSummary.Mean)]
    public void The_presets_summary_is_one_of_recurrent_heads(string line, FrameSummary summary)
    {
        var command = new Command("fit");
        var arguments = new HeadArguments();
        arguments.AddTo(command);

        Assert.Equal(summary, arguments.Read(command.Parse(line)).Head.Summary);
        Assert.Contains("--summary needs a recurrent head", Assert.Throws<HeadException>(() => arguments.Read(command.Parse("--head mean --summary max"))).Message, StringComparison.Ordinal);
    }
}
