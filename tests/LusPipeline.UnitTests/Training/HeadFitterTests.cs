using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.UnitTests.Training;

public sealed class HeadFitterTests
{
    private static readonly HeadOptions Small = new() { Units = 6, Dense = [5], Dropout = 0.1 };
    private static readonly FitOptions Quick = new() { Epochs = 4, Batch = 8, LearningRate = 1e-2 };
    private static readonly LabelledClips Clips = MadeClips.Of(30, seed: 1);

    public static TheoryData<HeadOptions, double> Heads => new()
    {
        { Small, 0.9 },
        { Small with { Kind = HeadKind.Gru }, 0.9 },
        { Small with { Bidirectional = true, Layers = 2, InputDropout = 0.1 }, 0.9 },
        { Small with { Kind = HeadKind.Gru, Bidirectional = true, Layers = 2, Dense = [] }, 0.9 },
        { Small with { Summary = FrameSummary.Mean }, 0.9 },
        { Small with { Bidirectional = true, Summary = FrameSummary.Max }, 0.9 },
        { Small with { Kind = HeadKind.Gru, Bidirectional = true, Layers = 2, Summary = FrameSummary.Attention }, 0.9 },
        { Small with { Kind = HeadKind.Attention, Layers = 2 }, 0.6 },
        { Small with { Kind = HeadKind.Mean, Dense = [], Dropout = 0, L2 = 1e-3 }, 0.6 },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Each_kind_of_head_learns_and_is_exported(HeadOptions head, double accuracy)
    {
        using var fitted = Fit(Clips, null, head, Quick with { Epochs = 25 }, seed: 3);

        var others = MadeClips.Of(60, seed: 2);
        var predicted = fitted.Predict(others);
        Assert.InRange(others.Clips.Zip(predicted).Count(pair => pair.First.Label == pair.Second.Winner) / 60.0, accuracy, 1);
        Assert.True(fitted.Epochs[^1].Loss < fitted.Epochs[0].Loss);
    }

    [Fact]
    public void A_seed_repeats_a_training_to_the_bit()
    {
        using var first = Fit(Clips, null, Small, Quick, seed: 3);
        using var again = Fit(Clips, null, Small, Quick, seed: 3);
        using var other = Fit(Clips, null, Small, Quick, seed: 4);

        Assert.Equal(first.Predict(Clips), again.Predict(Clips));
        Assert.NotEqual(first.Predict(Clips), other.Predict(Clips));
    }

    [Fact]
    public void An_ensemble_gives_the_mean_of_its_members()
    {
        using var both = Fit(Clips, null, Small, Quick with { Ensemble = 2 }, seed: 3);
        using var first = Fit(Clips, null, Small, Quick, seed: 3);
        using var second = Fit(Clips, null, Small, Quick, seed: 4);

        Assert.Equal(2, both.Members);
        var means = first.Predict(Clips).Zip(second.Predict(Clips), (a, b) => (a.Covid + b.Covid) / 2);
        Assert.All(both.Predict(Clips).Zip(means), pair => Assert.Equal(pair.Second, pair.First.Covid, 1e-6));
    }

    [Fact]
    public void A_training_that_was_killed_goes_on_to_the_same_result()
    {
        using var folder = new TemporaryFolder();
        var options = Quick with { Ensemble = 2, Patience = 3 };
        var validation = MadeClips.Of(9, seed: 5);
        using var whole = Fit(Clips, validation, Small, options, seed: 3);
        for (var killedAfter = 1; killedAfter < 2 * Quick.Epochs; killedAfter += 3)
        {
            var path = folder[$"{killedAfter}.fit"];
            using var stop = new CancellationTokenSource();
            var epochs = 0;
            Assert.Throws<OperationCanceledException>(() => Fit(
                Clips, validation, Small, options, 3, new ProgressCall<FitEpoch>(_ => Cancel()), new FitCheckpoint(path, TimeSpan.Zero), stop));
            var later = 0;

            using var resumed = Fit(Clips, validation, Small, options, 3, new ProgressCall<FitEpoch>(_ => later++), checkpoint: new FitCheckpoint(path, TimeSpan.Zero));

            Assert.Equal(whole.Epochs.Count - killedAfter, later);
            Assert.Equal(whole.Predict(Clips), resumed.Predict(Clips));
            Assert.Equal(whole.Epochs.Select(epoch => epoch.Loss), resumed.Epochs.Select(epoch => epoch.Loss));

            void Cancel()
            {
                if (++epochs == killedAfter)
                    stop.Cancel();
            }
        }
    }

    [Fact]
    public void A_damaged_checkpoint_or_one_of_another_training_is_not_used()
    {
        using var folder = new TemporaryFolder();
        using var whole = Fit(Clips, null, Small, Quick, seed: 3, checkpoint: new FitCheckpoint(folder["a.fit"], TimeSpan.Zero));
        var bytes = File.ReadAllBytes(folder["a.fit"]);
        bytes[^40] ^= 1;
        File.WriteAllBytes(folder["a.fit"], bytes);
        var told = 0;

        using var again = Fit(Clips, null, Small, Quick, 3, new ProgressCall<FitEpoch>(_ => told++), checkpoint: new FitCheckpoint(folder["a.fit"], TimeSpan.Zero));
        using var other = Fit(Clips, null, Small, Quick, 4, new ProgressCall<FitEpoch>(_ => told++), checkpoint: new FitCheckpoint(folder["a.fit"], TimeSpan.Zero));

        Assert.Equal(2 * Quick.Epochs, told);
        Assert.Equal(whole.Predict(Clips), again.Predict(Clips));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder["missing/a.fit"];

        var refused = Assert.Throws<HeadException>(() => Fit(Clips, null, Small, Quick, 3, checkpoint: new FitCheckpoint(path, TimeSpan.Zero)));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeping_what_is_there_gives_the_weights_of_the_last_epoch()
    {
        using var keep = new CancellationTokenSource();
        using var kept = Fit(Clips, null, Small, Quick with { Schedule = LearningRateSchedule.Constant }, 3, new ProgressCall<FitEpoch>(epoch => Keep(epoch.Epoch)), keep: keep);
        using var short2 = Fit(Clips, null, Small, Quick with { Schedule = LearningRateSchedule.Constant, Epochs = 2 }, 3);

        Assert.Equal(short2.Predict(Clips), kept.Predict(Clips));

        void Keep(int epoch)
        {
            if (epoch == 2)
                keep.Cancel();
        }
    }

    [Fact]
    public void Early_stopping_keeps_the_best_epoch()
    {
        // Labels that contradict the training clips: the validation loss is best at the beginning.
        var clips = MadeClips.Of(9, seed: 5);
        var contrary = clips with { Clips = [.. clips.Clips.Select(clip => clip with { Label = (Diagnosis)(((int)clip.Label + 1) % 3) })] };

        using var fitted = Fit(Clips, contrary, Small, Quick with { Epochs = 30, Patience = 3 }, seed: 3);

        var best = fitted.Epochs.MinBy(epoch => epoch.ValidationLoss)!;
        Assert.Equal(best.Epoch + 3, fitted.Epochs.Count);
        var loss = contrary.Clips.Zip(fitted.Predict(contrary)).Average(pair => -Math.Log(pair.Second[pair.First.Label]));
        Assert.Equal(best.ValidationLoss!.Value, loss, 1e-4);
    }

    [Fact]
    public void Clips_that_cannot_be_trained_on_are_named()
    {
        var values = Clips.Values.ToArray();
        values[7 * MadeClips.Frames * MadeClips.Width] = float.NaN;
        Refused("video7", Clips with { Values = values });
        Refused("two frames", Clips with { Frames = 1, Width = MadeClips.Frames * MadeClips.Width });
        Refused("healthy", Clips with { Clips = [.. Clips.Clips.Select(clip => clip with { Label = Diagnosis.Healthy })] });
        Refused("pneumonia", Clips with { Clips = [.. Clips.Clips.Select(clip => clip.Label == Diagnosis.Pneumonia ? clip with { Label = Diagnosis.Covid } : clip)] });

        static void Refused(string named, LabelledClips clips) =>
            Assert.Contains(named, Assert.Throws<HeadException>(() => Fit(clips, null, Small, Quick, 3)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--units")]
    [InlineData("--dense")]
    [InlineData("--dropout")]
    [InlineData("--layers")]
    [InlineData("--bidirectional")]
    [InlineData("--l2")]
    public void A_head_that_cannot_be_is_refused_by_its_key(string key)
    {
        var head = key switch
        {
            "--units" => Small with { Units = 0 },
            "--dense" => Small with { Dense = [64, 0] },
            "--dropout" => Small with { Dropout = 1 },
            "--layers" => Small with { Kind = HeadKind.Mean, Layers = 2 },
            "--bidirectional" => Small with { Kind = HeadKind.Attention, Bidirectional = true },
            _ => Small with { L2 = double.NaN },
        };

        Assert.StartsWith(key, Assert.Throws<HeadException>(head.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_rates_of_one_cycle_equal_PyTorchs()
    {
        // torch.optim.lr_scheduler.OneCycleLR(AdamW(…, lr=1e-3), max_lr=1e-3, total_steps=10).get_last_lr() after each step.
        var options = FitOptions.Default with { LearningRate = 1e-3 };

        Assert.Equal(4e-5, LearningRates.At(options, 0, 10), 1e-12);
        Assert.Equal(5.2e-4, LearningRates.At(options, 1, 10), 1e-9);
        Assert.Equal(1e-3, LearningRates.At(options, 2, 10), 1e-9);
        Assert.Equal(4e-9, LearningRates.At(options, 9, 10), 1e-12);
    }

    private static FittedHead Fit(
        LabelledClips training,
        LabelledClips? validation,
        HeadOptions head,
        FitOptions options,
        int seed,
        IProgress<FitEpoch>? progress = null,
        FitCheckpoint? checkpoint = null,
        CancellationTokenSource? stop = null,
        CancellationTokenSource? keep = null) =>
        HeadFitter.Fit(
            training, validation, head, options, seed, progress, checkpoint, stop?.Token ?? TestContext.Current.CancellationToken, keep?.Token ?? CancellationToken.None);
}
