using LusPipeline.Models.Bundles;
using LusPipeline.Training.Fitting;

namespace LusPipeline.Cli.Output;

/// <summary>What <c>lus train fit --json</c> prints.</summary>
/// <param name="Bundle">The new bundle's folder.</param>
/// <param name="Id">Its id.</param>
/// <param name="Training">What its manifest says of the training, without the clips' contents.</param>
/// <param name="Metrics">What was measured.</param>
/// <param name="Epochs">The epochs of all members of the head in the bundle.</param>
/// <param name="Warnings">What a reader of the figures must know.</param>
internal sealed record TrainFitJson(
    string Kind, string Bundle, string Id, BundleTraining Training, IReadOnlyList<BundleMetric> Metrics, IReadOnlyList<EpochJson> Epochs,
    IReadOnlyList<string> Warnings, double Seconds, string Notice);

/// <summary>One epoch of one member; both are numbers from 1.</summary>
internal sealed record EpochJson(int Member, int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy)
{
    public static EpochJson From(FitEpoch epoch) => new(epoch.Member, epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy);
}
