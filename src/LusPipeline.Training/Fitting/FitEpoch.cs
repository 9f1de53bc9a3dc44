namespace LusPipeline.Training.Fitting;

/// <summary>What one epoch gave.</summary>
/// <param name="Member">The number of the ensemble's member, from 1.</param>
/// <param name="Members">The number of members.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">The number of epochs at most.</param>
/// <param name="Loss">Mean loss of the training clips, with class weights, L2 and dropout, while the weights changed.</param>
/// <param name="Accuracy">Share of the training clips whose label was the most probable class, with dropout.</param>
/// <param name="ValidationLoss">Mean cross entropy of the validation clips after the epoch; null if there are none.</param>
/// <param name="ValidationAccuracy">Share of the validation clips whose label is the most probable class; null if there are none.</param>
/// <param name="Remaining">The time that all epochs that are left would take.</param>
public sealed record FitEpoch(
    int Member, int Members, int Epoch, int Epochs, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy, TimeSpan Remaining);
