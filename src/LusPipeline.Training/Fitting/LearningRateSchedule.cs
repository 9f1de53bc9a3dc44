namespace LusPipeline.Training.Fitting;

/// <summary>How the learning rate changes from step to step.</summary>
public enum LearningRateSchedule
{
    Constant,

    /// <summary>
    /// Up from 1/25 in the first 30 % of the steps, then down to 1/250,000, both along a cosine (Smith and Topin, Super-convergence, 2018; the numbers
    /// are those of PyTorch's OneCycleLR).
    /// </summary>
    OneCycle,
}
