using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Experiments;

/// <summary>How a calibrated head is made.</summary>
/// <param name="Head">The layers.</param>
/// <param name="Fit">How they are trained.</param>
/// <param name="InnerFolds">
/// How many further heads are trained on parts of the train side, to find the temperature from the predictions for the other parts; 0 for none.
/// </param>
/// <param name="Seed">The seed of weights, batches, dropout and inner folds.</param>
public sealed record HeadRecipe(HeadOptions Head, FitOptions Fit, int InnerFolds, int Seed)
{
    /// <summary>Enough for a temperature that does not hang on a single patient.</summary>
    public const int DefaultInnerFolds = 4;
}
