namespace LusPipeline.Cli.Output;

/// <summary>How predictions agree with labels. Rows are labels and columns are predictions, in the order of the classes.</summary>
/// <param name="TrainedOn">How many of these videos the model was trained on; null if its bundle does not say it.</param>
internal sealed record AccuracyJson(double Accuracy, int Labelled, int[][] Confusion, int? TrainedOn);

/// <summary>The last line: the summary of a run.</summary>
internal sealed record SummaryJson(
    string Kind, int Videos, int Done, int Rejected, int Failed, int Cancelled, int Unfinished, int Cached, int Skipped, int Studies,
    double Seconds, string Home, bool Interrupted, AccuracyJson? Labels, string Notice);
