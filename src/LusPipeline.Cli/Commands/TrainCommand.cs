using System.CommandLine;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus train</c></summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command("train", """
            Train heads on labelled videos, and evaluate models on patients that they have never seen.

            With videos, all of it in one go: features, folds by patient, a head and its evaluation on each fold, a report, and a bundle with a head that is
            trained on all videos. Each step has a command of its own, too. The first Ctrl-C keeps what is finished, and the same command goes on.
            Exit codes: 0 all videos are in it; 2 some are left out, each with its reason; 1 no bundle was written; 130 interrupted.
            Research use only: not a medical device.
            """)
        {
            TrainDatasetCommand.Create(),
            TrainFitCommand.Create(),
            TrainEvaluateCommand.Create(),
            TrainTuneCommand.Create(),
            TrainGridCommand.Create(),
        };
        TrainVideosAction.AddTo(command);
        return command.WithExamples(
            "lus train videos/ --labels labels.csv --out my-bundle",
            "lus train dataset videos.csv --folds 5 --out cross_val.json",
            "lus train fit --features features_20/xception --labels videos.csv --folds cross_val.json --out my-bundle",
            "lus train evaluate --features features_20/xception --folds cross_val.json --labels videos.csv --out report.html",
            "lus train tune --features features_20/xception --folds cross_val.json --labels videos.csv --trials 100 --storage sqlite:///optuna.db",
            "lus train grid --models xception-lstm --videos videos/ --labels videos.csv --folds cross_val.json --preset paper --out evaluation.csv");
    }
}
